// The lecture's four networks at full size. The bounds on the test loss are what PyTorch 1.13
// reaches with the same networks on the same rows, with room for the draw of the first weights.
#include <catch2/catch.hpp>

#include "pipelines/shipped.h"

using namespace pipeline;
using namespace pipeline::testing;

namespace {

double loss_of(const std::string& network) {
  const TempFolder folder;
  const RunEvents run = run_with_events({shipped(network)}, folder.path());
  INFO(run.err);
  REQUIRE(run.status == 0);
  const auto exports = exports_in(folder.path() / "runs" / network / "latest");
  CHECK(exports.at("history.png").size() > 1000);
  CHECK(exports.at("reconstruction.png").size() > 1000);
  return run.events.back().at("metrics").at("evaluate.loss").as_real();
}

}  // namespace

TEST_CASE("dae learns as well as PyTorch's", "[slow]") { CHECK(loss_of("dae") <= 0.349); }
TEST_CASE("ae_conv learns as well as PyTorch's", "[slow]") { CHECK(loss_of("ae_conv") <= 0.309); }
TEST_CASE("vae learns as well as PyTorch's", "[slow]") { CHECK(loss_of("vae") <= 0.364); }
TEST_CASE("vae_conv learns as well as PyTorch's", "[slow]") { CHECK(loss_of("vae_conv") <= 0.327); }
