// Takes the place of AccountAPI/Schema/CustomScalars/JSON.swift, which the generator writes once, as a String, and leaves
// alone from then on.
@_spi(Internal) import ApolloAPI

extension AccountAPI {
  /// Any JSON value, as it comes.
  struct JSON: CustomScalarType, Hashable {
    let value: JSONValue

    init(_jsonValue value: JSONValue) throws {
      self.value = value
    }

    var _jsonValue: JSONValue { value }

    static func == (left: JSON, right: JSON) -> Bool {
      AnyHashable(left.value) == AnyHashable(right.value)
    }

    func hash(into hasher: inout Hasher) {
      AnyHashable(value).hash(into: &hasher)
    }
  }
}
