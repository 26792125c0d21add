// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_feedback.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace baton::plugin {
namespace {

struct FeedbackRow {
  Feedback kind;
  std::string_view name;
};
constexpr auto kFeedback = std::to_array<FeedbackRow>({
    {Feedback::full_intra_request, "ccm fir"},
    {Feedback::nack, "nack"},
    {Feedback::picture_loss, "nack pli"},
    {Feedback::bandwidth_estimate, "goog-remb"},
    {Feedback::transport_wide, "transport-cc"},
});

}  // namespace

FeedbackSet read_feedback(const SdpMediaLine& line, media::PayloadType payload_type) {
  const std::string format = std::to_string(payload_type.value);
  FeedbackSet result;
  for (std::string_view value : values_of(line.attributes, "rtcp-fb")) {
    const std::string_view about = take_word(value);
    const auto* row = std::ranges::find(kFeedback, value, &FeedbackRow::name);
    if ((about == format || about == "*") && row != kFeedback.end()) {
      result.add(row->kind);
    }
  }
  return result;
}

void add_feedback(SdpMediaLine& line, media::PayloadType payload_type, FeedbackSet feedback) {
  for (const FeedbackRow& row : kFeedback) {
    if (feedback.contains(row.kind)) {
      line.attributes.push_back(
          {"rtcp-fb", std::to_string(payload_type.value) + " " + std::string(row.name)});
    }
  }
}

}  // namespace baton::plugin
