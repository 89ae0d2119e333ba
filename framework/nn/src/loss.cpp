#include "pipeline/nn/loss.h"

#include "pipeline/error.h"

namespace pipeline::nn {

void Loss::gradient_before(Activation activation, const ConstBlock&, const ConstBlock&, float,
                           const Block&) const {
  throw Error("the loss '" + id() + "' has no gradient before the activation " +
              std::string(name(activation)));
}

}  // namespace pipeline::nn
