#include "idx_file.h"
#include "idx_param.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// Reads an IDX file, plain or gzip, of any element type and rank.
class Idx : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Reads an IDX file (the format of MNIST), plain or gzip, of any type and rank.");
    d.param("path", path_, "the file, named with or without .gz").required();
    d.param("every", rows_.every, "take rows 0, every, 2·every, …").at_least(1);
    d.param("limit", rows_.limit, "take at most so many rows").at_least(0);
    d.output("data", data_, "the file's values, in its element type");
  }

  void preflight(ComponentFactory&) override {
    const IdxHeader header = read_idx_header(path_.file());
    data_.set_element_type(header.dtype);
    data_.set_shape(chosen_shape(header, rows_));
  }

  void run(Context& context) override {
    data_.set(read_idx(path_.file(), rows_, [&] { context.check_cancelled(); }));
  }

 private:
  IdxPath path_;
  RowChoice rows_;
  Output<Array> data_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.idx", pipeline::data::Idx);
