#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>

#include "element_types.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// A vector for each label: 1 at the label's place, 0 elsewhere (Keras' to_categorical).
class OneHot : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("A vector for each label: 1 at the label's place, 0 elsewhere.");
    d.param("classes", classes_, "length of the vectors; by default the largest label + 1")
        .at_least(1);
    d.input("labels", labels_, "whole numbers from 0 on, of any type and shape").rank(0, 31);
    d.output("y", y_, "f32, the labels' shape with one more axis of `classes`");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(labels_);
    y_.set_shape(with_axis(labels_.shape(), classes_.value_or(kUnknown)));
  }

  void run(Context&) override {
    with_elements(labels_.get(), [&](auto labels) {
      std::int64_t largest = -1;
      for (const auto label : labels) largest = std::max(largest, checked(label));
      const std::int64_t classes = classes_.value_or(largest + 1);
      if (largest >= classes)
        throw Error(
            fmt::format("there is a label {}, but parameter 'classes' is {}: labels go "
                        "from 0 to {}",
                        largest, classes, classes - 1));
      const auto y = y_.allocate(with_axis(labels_->shape(), classes));
      for (std::size_t i = 0; i < labels.size(); ++i)
        y[i * std::size_t(classes) + std::size_t(labels[i])] = 1;
    });
  }

 private:
  // Vectors longer than this come from labels that are no classes.
  static constexpr std::int64_t kMaxLabel = 1 << 24;

  static Shape with_axis(Shape shape, std::int64_t size) {
    shape.push_back(size);
    return shape;
  }

  template <class T>
  static std::int64_t checked(T label) {
    const bool whole = !std::is_floating_point_v<T> || std::floor(double(label)) == double(label);
    if (!whole || !(double(label) >= 0 && double(label) < double(kMaxLabel)))
      throw Error(
          fmt::format("labels must be whole numbers from 0 to {}, got {}", kMaxLabel - 1, label));
    return std::int64_t(label);
  }

  std::optional<std::int64_t> classes_;
  Input<Array> labels_;
  Output<float> y_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.one_hot", pipeline::data::OneHot);
