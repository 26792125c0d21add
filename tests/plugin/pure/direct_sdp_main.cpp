// SPDX-License-Identifier: GPL-3.0-or-later
// What the direct transport says to a browser, for tests in one:
//   offer CODEC [restart]    prints the offer of a program
//   read CODEC < answer      reads the answer to it
//   answer CODEC < offer     prints the answer to a publisher's offer
// A refusal is printed on the standard error output, by its word, and ends it with 1.
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "core/media/video_codec.hpp"
#include "plugin/sdp_direct.hpp"
#include "tests/plugin/pure/direct_sdp_samples.hpp"

namespace plugin = baton::plugin;
namespace media = baton::media;

namespace {

std::string standard_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

template <class Result>
bool was_refused(const Result& result) {
  if (!result) {
    std::cerr << plugin::to_string(result.error()) << '\n';
  }
  return !result;
}

int run(std::string_view verb, media::VideoCodec codec, bool restart) {
  const auto first = plugin::test::sample_local();
  const auto local = restart ? plugin::restarted(first, plugin::test::fresh_credentials()) : first;
  if (verb == "offer") {
    std::cout << plugin::make_direct_subscribe_offer(codec, plugin::test::sample_sources(), local);
    return 0;
  }
  if (verb == "read") {
    return was_refused(plugin::parse_direct_subscribe_answer(standard_input(), codec)) ? 1 : 0;
  }
  if (verb != "answer") {
    return 2;
  }
  const auto offer = plugin::parse_direct_publish_offer(standard_input(), codec);
  if (was_refused(offer)) {
    return 1;
  }
  std::cout << plugin::make_direct_publish_answer(*offer, local);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const auto codec = count < 3 ? std::nullopt : media::video_codec_from_sdp_name(arguments[2]);
  return codec ? run(arguments[1], *codec, count > 3) : 2;
}
