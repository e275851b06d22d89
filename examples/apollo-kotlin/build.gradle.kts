// What an app's module adds to its own build script for Apollo Kotlin 5.
plugins {
  id("com.apollographql.apollo") version "5.1.0"
}

dependencies {
  implementation("com.apollographql.apollo:apollo-runtime:5.1.0")
}

apollo {
  service("account") {
    packageName.set("com.example.account")
    schemaFiles.from("../../schema.graphqls")
    srcDir("../operations")

    // Answers have these as JSON strings. Left out, they would be Any.
    mapScalarToKotlinString("DateTime")
    mapScalarToKotlinString("URL")
    // Maps, lists, strings, numbers and booleans, as they come.
    mapScalarToKotlinAny("JSON")

    // What PERSISTED_OPERATIONS takes.
    operationManifestFormat.set("persistedQueryManifest")
  }
}
