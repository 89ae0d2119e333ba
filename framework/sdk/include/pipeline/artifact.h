#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/array.h"
#include "pipeline/value.h"

namespace pipeline {

/// The value on a port, in the one form that can be hashed, stored and handed to another process: a
/// type's name, small attributes, and arrays by path. In the stored HDF5 file an artifact of type
/// "array" is the dataset `/<port>`; any other is the group `/<port>` with a dataset a path
/// ("weights/dense_1/kernel").
struct Artifact {
  std::string type;                     ///< "array", "table", "figure", "text", "model", …
  Value::Map attributes;                ///< scalars, text, or lists and maps of them
  std::map<std::string, Array> arrays;  ///< the path is "" for type "array"
};

/// What is known of an artifact before it exists.
struct Spec {
  std::string type;          ///< "" where nothing is known
  DType dtype = DType::f32;  ///< of type "array" alone
  Shape shape;               ///< of type "array" alone; sizes may be kUnknown
  Value info;                ///< what else the type lets a consumer check (a model's description)
};

/// How the C++ type T of an Input<T> or Output<T> travels as an artifact. Specialise it to give a
/// plugin's own type a place on ports:
///   static constexpr const char* type;        its name, as in Artifact::type
///   static Artifact encode(T&& value);
///   static T decode(const Artifact& artifact); throws Error
template <class T>
struct ArtifactCodec;

/// Columns of equal length, in order; exported as <stage>.csv.
class Table {
 public:
  struct Column {
    std::string name;
    Array values;  ///< rank 1
    /// Of a column of texts, all that occur; `values` are i64 and count them from 0. Else empty.
    std::vector<std::string> categories;
  };
  /// Error if the name is taken, the length differs from the other columns', or a value of a column
  /// of texts stands for none of its categories.
  void add(std::string name, Array values, std::vector<std::string> categories = {});
  const std::vector<Column>& columns() const { return columns_; }
  bool has(std::string_view name) const;
  /// Error naming the columns there are.
  const Column& at(std::string_view name) const;
  const Array& column(std::string_view name) const { return at(name).values; }
  std::int64_t rows() const;

 private:
  std::vector<Column> columns_;
};

/// A drawing as files ("png", "svg": the bytes) with the data that it shows.
struct Figure {
  std::map<std::string, std::string> files;  ///< by extension; exported as <stage>.<extension>
  std::map<std::string, Array> data;         ///< by name; kept in HDF5 beside the files
};

/// Text; exported as <stage>.<extension>.
struct Text {
  std::string text;
  std::string extension = "txt";  ///< letters and digits
};

template <>
struct ArtifactCodec<Table> {
  static constexpr const char* type = "table";
  static Artifact encode(Table&& table);
  static Table decode(const Artifact& artifact);
};
template <>
struct ArtifactCodec<Figure> {
  static constexpr const char* type = "figure";
  static Artifact encode(Figure&& figure);
  static Figure decode(const Artifact& artifact);
};
template <>
struct ArtifactCodec<Text> {
  static constexpr const char* type = "text";
  static Artifact encode(Text&& text);
  static Text decode(const Artifact& artifact);
};

}  // namespace pipeline
