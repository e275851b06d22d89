// Takes the place of AccountAPI/Schema/CustomScalars/JSON.swift, which the generator writes once, as a String, and leaves
// alone from then on. In a target whose code is isolated to the main actor by default, write "nonisolated struct".
@_spi(Internal) @_spi(Execution) import ApolloAPI

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
