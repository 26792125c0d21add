// SPDX-License-Identifier: GPL-3.0-or-later
// The seeded simulator of the room core: see `baton_sim --help`.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/marks.hpp"
#include "core/planted_faults.hpp"
#include "tests/sim/actions.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/regression_seeds.hpp"
#include "tests/sim/scenario_marks.hpp"
#include "tests/sim/violation.hpp"
#include "tests/sim/world.hpp"

namespace {

using namespace baton::sim;

constexpr std::uint64_t kDefaultSteps = 1'000'000;
/// From this many steps on, a mark that was never reached fails the run.
constexpr std::uint64_t kStepsThatReachAll = 1'000'000;
/// After so many steps a world is abandoned for a fresh one with other weights, of the same seed.
constexpr std::uint64_t kStepsOfOneLife = 2'000;
/// Seeds of a run without `--seed`, beside the fresh one and those of past defects.
constexpr std::uint64_t kFixedSeeds = 24;

constexpr std::string_view kHelp =
    "baton_sim [--steps N] [--seed S] [--rooms N] [--fault N] [--verbose]\n"
    "  Throws random commands, lost, late and repeated messages, reconnect storms and clock steps at rooms,\n"
    "  and checks every invariant after every step.\n"
    "  --steps N    steps in all (default 1000000)\n"
    "  --seed S     replays this seed; without it a fixed list of seeds and one fresh seed are run\n"
    "  --rooms N    rooms of one world (default 6); part of what a seed means\n"
    "  --fault N    plants this fault (core/planted_faults.hpp) in the core: the run has to fail\n"
    "  --verbose    says how far each seed got\n"
    "  Exit code: 0 all held, 1 a rule was broken or a mark never reached, 2 bad usage.\n";

struct Options {
  std::uint64_t steps = kDefaultSteps;
  std::optional<std::uint64_t> seed;
  std::uint64_t rooms = 6;
  /// Number of the fault to plant; 0 for none.
  std::uint64_t fault = 0;
  enum class Talk { brief, verbose };
  Talk talk = Talk::brief;
};

struct Totals {
  std::uint64_t steps = 0;
  std::uint64_t calls = 0;
  /// Differs if two runs of a seed differ anywhere: a run that draws or does something else draws on.
  std::uint64_t digest = 0;
};

/// Where a run stopped, if it did.
struct Failure {
  std::uint64_t step = 0;
  std::string action;
  std::string what;
};

/// Runs one seed. Prints the journal when it fails and one was kept.
std::optional<Failure> run_seed(Seed seed, std::uint64_t steps, const Options& options, Journal journal,
                                Totals& totals) {
  Random random(seed);
  for (std::uint64_t done = 0; done < steps;) {
    World world(random, {static_cast<std::size_t>(options.rooms), journal});
    Scheduler scheduler(world);
    const std::uint64_t life = std::min(kStepsOfOneLife, steps - done);
    std::string_view action = "none";
    std::uint64_t lived = 0;
    try {
      for (; lived < life; ++lived) {
        action = scheduler.step();
      }
      world.check_convergence();
    } catch (const Violation& violation) {
      if (journal == Journal::on) {
        world.gateway.print_journal(std::cout);
      }
      return Failure{done + lived, std::string(action), violation.what()};
    } catch (const std::exception& error) {
      if (journal == Journal::on) {
        world.gateway.print_journal(std::cout);
      }
      return Failure{done + lived, std::string(action), std::string("the core threw: ") + error.what()};
    }
    done += life;
    totals.steps += life;
    totals.calls += world.gateway.calls();
    totals.digest = totals.digest * 31 + world.gateway.calls() + random.next();
  }
  return std::nullopt;
}

int report_failure(Seed seed, const Failure& failure, const Options& options) {
  std::cout << "\nBROKEN: " << failure.what << "\n\nseed " << seed.value << ", step " << failure.step
            << "\n\n";
  Totals ignored;
  const auto again = run_seed(seed, failure.step + 1, options, Journal::on, ignored);
  if (!again || again->what != failure.what) {
    std::cout << "The second run of this seed went another way: the core or the simulator depends on\n"
                 "something that is not the seed.\n";
  }
  std::cout << "\nBROKEN: " << failure.what << "\nReplay: baton_sim --seed " << seed.value << " --steps "
            << failure.step + 1 << " --rooms " << options.rooms;
  if (options.fault != 0) {
    std::cout << " --fault " << options.fault;
  }
  std::cout << "\n";
  return 1;
}

int report_marks(const Totals& totals, const Options& options) {
  int missing = 0;
  std::cout << "marks reached:\n";
  for (std::size_t i = 0; i < baton::core::kMarkCount; ++i) {
    const std::uint64_t count = baton::core::mark_counts[i];
    std::cout << "  " << baton::core::kMarkNames[i] << " " << count << "\n";
    missing += count == 0 ? 1 : 0;
  }
  std::cout << "scenarios come across:\n";
  for (std::size_t i = 0; i < kScenarioNames.size(); ++i) {
    std::cout << "  " << kScenarioNames[i] << " " << scenario_counts[i] << "\n";
    missing += scenario_counts[i] == 0 ? 1 : 0;
  }
  if (missing > 0 && totals.steps >= kStepsThatReachAll && !options.seed) {
    std::cout << missing
              << " marks or scenarios were never reached: the simulation does not cover what matters.\n";
    return 1;
  }
  return 0;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--verbose") {
      options.talk = Options::Talk::verbose;
      continue;
    }
    const auto value = i + 1 < argc ? parse_number(argv[i + 1]) : std::nullopt;
    if (!value) {
      return std::nullopt;
    }
    ++i;
    if (name == "--steps") {
      options.steps = *value;
    } else if (name == "--seed") {
      options.seed = *value;
    } else if (name == "--rooms" && *value > 0 && *value < 1000) {
      options.rooms = *value;
    } else if (name == "--fault" && *value <= baton::core::planted_faults::kLastFault) {
      options.fault = *value;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

std::vector<Seed> seeds_of(const Options& options) {
  if (options.seed) {
    return {Seed{*options.seed}};
  }
  std::vector<Seed> seeds;
  seeds.reserve(kRegressionSeeds.size() + kFixedSeeds + 1);
  for (const RegressionSeed& one : kRegressionSeeds) {
    seeds.push_back(Seed{one.seed});
  }
  for (std::uint64_t i = 1; i <= kFixedSeeds; ++i) {
    seeds.push_back(Seed{i});
  }
  std::random_device entropy;
  seeds.push_back(Seed{static_cast<std::uint64_t>(entropy()) << 20U ^ entropy()});
  std::cout << "fresh seed: " << seeds.back().value << "\n";
  return seeds;
}

int run(const Options& options) {
  using Clock = std::chrono::steady_clock;
  baton::core::planted_faults::planted = static_cast<int>(options.fault);
  const auto started = Clock::now();
  auto spoken = started;
  const std::vector<Seed> seeds = seeds_of(options);
  const std::uint64_t share = (options.steps + seeds.size() - 1) / seeds.size();
  Totals totals;
  for (const Seed seed : seeds) {
    if (const auto failure = run_seed(seed, share, options, Journal::off, totals)) {
      return report_failure(seed, *failure, options);
    }
    const bool long_ago = Clock::now() - spoken > std::chrono::seconds(2);
    if (options.talk == Options::Talk::verbose || long_ago) {
      spoken = Clock::now();
      std::cout << totals.steps << " of " << options.steps << " steps, last seed " << seed.value << std::endl;
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  const int marks = report_marks(totals, options);
  std::cout << totals.steps << " steps, " << totals.calls << " calls into the core, " << seeds.size()
            << " seeds, " << seconds << " s, "
            << static_cast<std::uint64_t>(static_cast<double>(totals.steps) / std::max(seconds, 1e-9))
            << " steps/s, digest " << totals.digest << ": "
            << (marks == 0 ? "every rule held" : "not all was reached") << "\n";
  return marks;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << kHelp;
    return 0;
  }
  const auto options = parse(argc, argv);
  if (!options || options->steps == 0) {
    std::cerr << kHelp;
    return 2;
  }
  return run(*options);
}
