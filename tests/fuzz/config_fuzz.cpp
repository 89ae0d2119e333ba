#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "files.h"
#include "mutator.h"

// Valid pipelines, broken at random, and overrides with them. PIPELINE_FUZZ_ROUNDS sets how many
// (2000 by default, about 3 s); the same number gives the same inputs.

namespace {

using pipeline::config::Diagnostic;

const std::vector<std::string> kSeeds{
    R"(description: Convolutional VAE
include: [base.yaml]
groups: {data: digits}
vars: {latent: 10, epochs: 50, seed: 4487, name: "run-${latent}-$${x}"}
stages:
  fit:
    in: {train: split.x_train, validation: split.x_test}
    with:
      epochs: ${epochs}
      optimizer: {rmsprop: {learning_rate: 1e-3}}
      model: &model
        vae:
          latent: ${latent}
          encoder: &encoder
            - conv2d: {filters: 16, kernel: 3, padding: same, activation: relu}
            - max_pool2d: {size: 2}
          decoder: *encoder
  code: {use: model.encode, in: {model: fit.model, x: data.train_images}}
  figure: {use: plot.scatter, in: {points: code}, with: {colormap: jet, text: 'it''s'}}
)",
    R"(vars:
  common: &common {a: 1, b: [1, 2.5, .inf, ~, true, 0x1F]}
  more: {<<: *common, a: 2}
  rates: [0.1, 0.01]
stages:
  fit:
    use: train.fit
    foreach: {rate: ${rates}, seed: [1, 2]}
    with: {rate: ${rate}, all: ${more}, text: "${rate}/${seed}"}
    threads: 2
  code: {use: code, foreach: {seed: [2], rate: [0.1]}, in: {m: fit.model}}
  best:
    use: show
    in:
      m: fit@rate=0.1@seed=1.model
    with:
      note: |
        two lines
        of text
      folded: >-
        and
        more
)"};

const std::vector<std::string> kOverrides{"latent=2",
                                          "data=digits",
                                          "fit.epochs=3",
                                          "fit.model.vae.encoder.0.conv2d.filters=8",
                                          "fit@rate=0.1@seed=1.rate=[1, {a: b}]",
                                          "rates=[5]"};

const std::vector<std::string> kTokens{"${",
                                       "}",
                                       "{",
                                       "[",
                                       "]",
                                       "&a ",
                                       "*a",
                                       "*encoder",
                                       "<<: ",
                                       "- ",
                                       ": ",
                                       ":",
                                       ",",
                                       "#",
                                       "\t",
                                       "\n",
                                       "\r\n",
                                       "---\n",
                                       "...\n",
                                       "%YAML 1.2\n",
                                       "|\n",
                                       ">\n",
                                       "'",
                                       "\"",
                                       "\\",
                                       "!!str ",
                                       "!x ",
                                       "@",
                                       "$",
                                       "$${",
                                       "${latent}",
                                       "${name}",
                                       "foreach: {a: [1, 2]}",
                                       "foreach",
                                       "include",
                                       "groups",
                                       "vars",
                                       "stages",
                                       "use",
                                       "in",
                                       "with",
                                       "threads",
                                       "p.yaml",
                                       "base.yaml",
                                       "? ",
                                       "~",
                                       "null",
                                       "1e999",
                                       "99999999999999999999",
                                       "-.inf",
                                       "0x",
                                       "\xEF\xBB\xBF",
                                       "\xFF",
                                       "\xC3\xA9",
                                       "\xE2\x80",
                                       std::string(1, '\0'),
                                       "\xEF\xB7\x90",
                                       "  ",
                                       "    ",
                                       ".",
                                       "=",
                                       "@rate=0.1"};

// Every diagnostic points into its text.
void check(const Diagnostic& diagnostic) {
  REQUIRE_FALSE(diagnostic.message.empty());
  const auto& at = diagnostic.position;
  REQUIRE(at.source);
  const auto lines = std::count(at.source->text.begin(), at.source->text.end(), '\n') + 1;
  REQUIRE(at.line >= 1);
  REQUIRE(at.line <= lines + 1);
  REQUIRE(at.column >= 1);
  REQUIRE(at.column <= int(at.source->text.size()) + 2);
  REQUIRE_FALSE(format(diagnostic).empty());
}

enum class Outcome { loaded, refused };

Outcome load(Files& files, const std::vector<std::string>& overrides) {
  try {
    const auto pipeline = files.load(overrides);
    for (const auto& stage : pipeline.stages) (void)stage.with.value().to_json();
    return Outcome::loaded;
  } catch (const pipeline::config::Errors& errors) {
    REQUIRE_FALSE(errors.diagnostics().empty());
    for (const Diagnostic& diagnostic : errors.diagnostics()) check(diagnostic);
  } catch (const pipeline::Error& error) {
    REQUIRE_FALSE(std::string(error.what()).empty());
  }
  return Outcome::refused;
}

}  // namespace

TEST_CASE("a mutated pipeline loads or is refused with positions, and nothing else happens") {
  const int count = fuzz_rounds();
  const std::string base =
      "vars: {test_size: 0.1}\nstages:\n  split: {use: data.split, with: {size: ${test_size}}}\n"
      "  fit: {use: train.fit}\n";
  const std::string group = "stages: {data: {use: data.digits, with: {seed: 3}}}\n";
  Files files;
  std::array<int, 2> outcomes{};
  for (int round = 0; round < count; ++round) {
    Mutator mutator(std::uint64_t(round), kTokens);
    // Mostly one text is broken: what is broken everywhere is refused for the first thing.
    const std::size_t broken = mutator.below(4);
    const std::string& seed = kSeeds[mutator.below(kSeeds.size())];
    const std::string text = broken == 0 || broken == 3 ? mutator.mutate(seed) : seed;
    files.write("p.yaml", text);
    files.write("base.yaml", broken == 1 ? mutator.mutate(base) : base);
    files.write("groups/data/digits.yaml", broken == 2 ? mutator.mutate(group) : group);
    std::vector<std::string> overrides;
    if (broken == 3)
      for (std::size_t i = mutator.below(3); i > 0; --i)
        overrides.push_back(mutator.mutate(kOverrides[mutator.below(kOverrides.size())]));
    INFO("round " << round << "\n" << text);
    ++outcomes[std::size_t(load(files, overrides))];
  }
  // Both happen, or the mutations do not test what they should.
  if (count >= 1000) {
    CHECK(outcomes[0] > count / 20);
    CHECK(outcomes[1] > count / 4);
  }
}

TEST_CASE("the pipelines that the mutations begin with load") {
  for (const std::string& seed : kSeeds) {
    Files files;
    files.write("p.yaml", seed).write("base.yaml", "stages: {fit: {use: x}, split: {use: y}}\n");
    files.write("groups/data/digits.yaml", "stages: {data: {use: z}}\n");
    CHECK(files.errors() == "");
  }
}
