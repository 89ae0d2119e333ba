#include "classifier.h"

#include "labels.h"
#include "samples.h"

namespace pipeline::analysis {

void Classifier::declare_ports(Declaration& d) {
  d.input("fit", fit_, "samples to learn from, one a row of numbers").rank(2, 64);
  d.input("labels", labels_, "whole numbers, the class of each").rank(1);
  d.input("x", x_, "samples to tell the classes of; by default those of fit")
      .optional()
      .rank(2, 64);
  d.input("x_labels", x_labels_, "their true classes; by default, without x, labels")
      .optional()
      .rank(1);
  d.output("classes", classes_out_, "i64, the distinct labels, ascending");
  d.output("predicted", predicted_, "i64, the most probable class of each sample of x");
  d.output("probabilities", probabilities_, "[rows of x, classes]; f64 of f64 samples, else f32");
  d.output("score", score_, "the share of x that is told right, where its classes are known");
}

void Classifier::preflight(ComponentFactory&) {
  for (const Input<Array>* input : {&fit_, &labels_, &x_, &x_labels_})
    if (input->connected()) require_numbers(*input);
  require_rows(labels_, labels_.shape()[0], fit_, fit_.shape()[0]);
  if (x_.connected()) require_features(x_, x_.shape(), fit_, fit_.shape());
  if (x_labels_.connected() && !x_.connected())
    throw Error("input 'x_labels' has the classes of x, which is not wired");
  if (x_labels_.connected()) require_rows(x_labels_, x_labels_.shape()[0], x_, x_.shape()[0]);
  if (fit_.shape()[0] != kUnknown) require_samples(fit_.shape()[0]);
  const Input<Array>& asked = x_.connected() ? x_ : fit_;
  classes_out_.set_shape({kUnknown});
  predicted_.set_shape({asked.shape()[0]});
  probabilities_.set_shape({asked.shape()[0], kUnknown});
  probabilities_.set_element_type(real_type(asked.element_type()));
  score_.set_absent(x_.connected() && !x_labels_.connected());
  if (!score_.absent()) score_.set_shape({});
}

void Classifier::run(Context& context) {
  const Input<Array>& asked = x_.connected() ? x_ : fit_;
  require_rows(labels_, labels_->shape()[0], fit_, fit_->shape()[0]);
  require_features(asked, asked->shape(), fit_, fit_->shape());
  require_samples(fit_->shape()[0]);
  const std::vector<std::int64_t> labels = labels_of(labels_);
  const std::vector<std::int64_t> classes = classes_of(labels);
  learn(matrix_of(fit_), places_among(classes, labels), classes, context);
  const Matrix shares = probabilities(matrix_of(asked), Workers(context));
  std::vector<std::int64_t> predicted;
  for (std::int64_t row = 0; row < shares.rows(); ++row) {
    std::int64_t best = 0;  // the first of equals
    for (std::int64_t c = 1; c < shares.cols(); ++c)
      if (shares(row, c) > shares(row, best)) best = c;
    predicted.push_back(classes[std::size_t(best)]);
  }
  if (!score_.absent()) {
    const Input<Array>& truth = x_.connected() ? x_labels_ : labels_;
    require_rows(truth, truth->shape()[0], asked, asked->shape()[0]);
    score_.set_scalar(accuracy(labels_of(truth), predicted));
  }
  classes_out_.set(Array::of(classes));
  predicted_.set(Array::of(predicted));
  probabilities_.set(array_of(shares, {shares.cols()}, real_type(asked->dtype())));
}

}  // namespace pipeline::analysis
