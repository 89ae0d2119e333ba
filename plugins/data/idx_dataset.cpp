#include <fmt/format.h>

#include "element_types.h"
#include "idx_file.h"
#include "idx_param.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// Training and test images with their labels from four IDX files, as MNIST comes.
class IdxDataset : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Labelled images from four IDX files, as MNIST comes, scaled to [0, 1].");
    d.param("train_images", train_.images_file, "images of rank 3: rows, height, width").required();
    d.param("train_labels", train_.labels_file, "a label a training image").required();
    d.param("test_images", test_.images_file, "images of rank 3").required();
    d.param("test_labels", test_.labels_file, "a label a test image").required();
    d.param("every", train_.rows.every, "take every so many-th training image").at_least(1);
    d.param("train_limit", train_.rows.limit, "take at most so many training images").at_least(0);
    d.param("test_every", test_.rows.every, "take every so many-th test image").at_least(1);
    d.param("test_limit", test_.rows.limit, "take at most so many test images").at_least(0);
    d.param("divide_by", divide_by_, "what the pixels are divided by").above(0);
    d.output("train_images", train_.images, "f32 of [n, 1, height, width]");
    d.output("train_labels", train_.labels, "[n], in the file's element type");
    d.output("test_images", test_.images, "f32 of [n, 1, height, width]");
    d.output("test_labels", test_.labels, "[n], in the file's element type");
  }

  void preflight(ComponentFactory&) override {
    for (Part* part : {&train_, &test_}) {
      const IdxHeader images = read_idx_header(part->images_file.file());
      const IdxHeader labels = read_idx_header(part->labels_file.file());
      check(*part, images, labels);
      const Shape chosen = chosen_shape(images, part->rows);
      part->images.set_shape({chosen[0], 1, chosen[1], chosen[2]});
      part->labels.set_element_type(labels.dtype);
      part->labels.set_shape(chosen_shape(labels, part->rows));
    }
  }

  void run(Context& context) override {
    const auto check_cancelled = [&] { context.check_cancelled(); };
    for (Part* part : {&train_, &test_}) {
      const Array pixels = read_idx(part->images_file.file(), part->rows, check_cancelled);
      part->images.set(scaled(pixels));
      part->labels.set(read_idx(part->labels_file.file(), part->rows, check_cancelled));
    }
  }

 private:
  struct Part {
    IdxPath images_file, labels_file;
    RowChoice rows;
    Output<float> images;
    Output<Array> labels;
  };

  static void check(const Part& part, const IdxHeader& images, const IdxHeader& labels) {
    if (images.shape.size() != 3)
      throw Error(fmt::format("'{}' holds {} values; expected images: rows × height × width",
                              part.images_file.file().string(), to_string(images.shape)));
    if (labels.shape.size() != 1 || labels.shape[0] != images.shape[0])
      throw Error(fmt::format("'{}' holds {} values; expected {} labels, one an image of '{}'",
                              part.labels_file.file().string(), to_string(labels.shape),
                              images.shape[0], part.images_file.file().string()));
  }

  Array scaled(const Array& pixels) const {
    const Shape& shape = pixels.shape();
    Array images = Array::zeros<float>({shape[0], 1, shape[1], shape[2]});
    const auto out = images.mutable_view<float>();
    with_elements(pixels, [&](auto in) {
      for (std::size_t i = 0; i < in.size(); ++i) out[i] = float(in[i]) / float(divide_by_);
    });
    return images;
  }

  Part train_, test_;
  double divide_by_ = 255;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.idx_dataset", pipeline::data::IdxDataset);
