#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pipeline {

/// A plain tree of data: null, bool, integer, real, text, list or map with sorted keys. Parameters,
/// attributes, model descriptions and record fields are Values.
class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value>;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool v) : data_(v) {}
  Value(int v) : data_(std::int64_t{v}) {}
  Value(std::int64_t v) : data_(v) {}
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(List v) : data_(std::move(v)) {}
  Value(Map v) : data_(MapOutside(std::move(v))) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(data_); }
  bool is_real() const { return std::holds_alternative<double>(data_); }
  bool is_number() const { return is_int() || is_real(); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_list() const { return std::holds_alternative<List>(data_); }
  bool is_map() const { return std::holds_alternative<MapOutside>(data_); }

  /// Each throws Error, naming what was found and what was expected, if the type differs.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_real() const;  ///< also of an integer
  const std::string& as_string() const;
  const List& as_list() const;
  const Map& as_map() const;
  List& list();  ///< turns null into an empty list
  Map& map();    ///< turns null into an empty map

  /// The map's entry; Error if this is no map or has no such key.
  const Value& at(std::string_view key) const;
  /// The map's entry, or null where there is none.
  const Value& get(std::string_view key) const;
  bool has(std::string_view key) const;

  /// "null", "the integer 3", "the string 'a'", "a list of 2 items": for messages.
  std::string describe() const;

  /// JSON with sorted keys and shortest round-trip numbers: equal values give equal text, whatever
  /// the order or spelling they came in; a real keeps a ".0" or exponent, so that parsing the text
  /// gives the same Value. Not-a-number and infinities are written as strings "nan", "inf", "-inf".
  /// `indent` < 0 is one line without spaces.
  std::string to_json(int indent = -1) const;
  /// Throws Error with the position of the first mistake.
  static Value parse_json(std::string_view text);

  friend bool operator==(const Value& a, const Value& b) { return a.data_ == b.data_; }
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }

 private:
  /// A map, which would be the largest of all types, on the heap: numbers come by the million, and
  /// each takes 40 bytes so, where it would take 56.
  class MapOutside {
   public:
    explicit MapOutside(Map map) {
      if (!map.empty()) map_ = std::make_unique<Map>(std::move(map));
    }
    MapOutside(const MapOutside& other) : MapOutside(other.get()) {}
    MapOutside(MapOutside&& other) noexcept = default;
    MapOutside& operator=(MapOutside other) noexcept {
      map_ = std::move(other.map_);
      return *this;
    }
    const Map& get() const;
    Map& get();
    friend bool operator==(const MapOutside& a, const MapOutside& b) { return a.get() == b.get(); }

   private:
    std::unique_ptr<Map> map_;  ///< null: empty
  };
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, MapOutside> data_;
};

}  // namespace pipeline
