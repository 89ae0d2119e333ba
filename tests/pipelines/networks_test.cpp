// The lecture's four networks at full size. The bounds on the test loss are what PyTorch 1.13
// reaches with the same networks on the same rows, with room for the draw of the first weights.
#include <catch2/catch.hpp>
#include <sstream>

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

TEST_CASE("vae_conv ends as README.md shows", "[slow]") {
  const TempFolder folder;
  const Ran ran = run_program({pipeline_binary(), "run", shipped("vae_conv")}, folder.path());
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  const std::string readme = read_file(source_folder() / "README.md");
  const auto metrics = ran.out.find("\nembed.kl_divergence ");
  REQUIRE(metrics != std::string::npos);
  std::istringstream end(ran.out.substr(metrics + 1));
  for (std::string line; std::getline(end, line);) {
    // Not the time that it took, nor the folder that is named after the hour.
    const std::string lasting = line.substr(0, std::min(line.find(" in "), line.find("Z")));
    CHECK_THAT(readme, Catch::Contains("    " + lasting.substr(0, lasting.find(": "))));
  }
}
