// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest plugin that is of some use: it sends every client back what it sends, be it messages, audio or
// video.
#include <sstream>

#include "framework/export.hpp"
#include "framework/log.hpp"

namespace baton::minimal {

using namespace framework;  // NOLINT(google-build-using-namespace): this is what an example of the framework
                            // looks like

/// Answers an SDP offer so that everything comes back (RFC 3264): the same codecs under the same payload
/// types, the direction as the other side sees it, no data channels. ICE, DTLS and SSRCs are the gateway's
/// affair.
std::string answer_to(const std::string& offer) {
  std::string answer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=echo\r\nt=0 0\r\n";
  std::istringstream lines(offer);
  enum class Section { session, accepted, rejected } section = Section::session;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r'))
      line.pop_back();
    const auto starts_with_one_of = [&](std::initializer_list<std::string_view> prefixes) {
      for (const std::string_view prefix : prefixes)
        if (line.starts_with(prefix))
          return true;
      return false;
    };
    if (line.starts_with("m=")) {
      section = starts_with_one_of({"m=audio ", "m=video "}) ? Section::accepted : Section::rejected;
      if (const auto space = line.find(' '); section == Section::rejected && space != std::string::npos)
        line.replace(space + 1, line.find(' ', space + 1) - space - 1, "0");
      answer += line + "\r\nc=IN IP4 0.0.0.0\r\n";
    } else if (section == Section::accepted && line == "a=sendonly") {
      answer += "a=recvonly\r\n";
    } else if (section == Section::accepted && line == "a=recvonly") {
      answer += "a=sendonly\r\n";
    } else if (section == Section::accepted &&
               starts_with_one_of(
                   {"a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:", "a=sendrecv", "a=inactive"})) {
      answer += line + "\r\n";
    }
  }
  return answer;
}

class EchoHandle final : public HandleHandler {
public:
  explicit EchoHandle(Handle handle) : handle_(std::move(handle)) {}

  Reply on_message(Message message) override {
    if (!message.jsep)
      return Reply::ok(Json::object().set("minimal", "echo").set("you_said", message.body));
    if (message.jsep->type != JsepType::offer)
      return Reply::ok(Json::object().set("minimal", "error").set("error", "Only offers are answered."));
    const Jsep answer{.type = JsepType::answer, .sdp = answer_to(message.jsep->sdp)};
    const SendResult sent =
        handle_.push_event(message.transaction, Json::object().set("minimal", "answer"), answer);
    if (sent != SendResult::sent)
      log(LogLevel::warning, "The gateway did not take an answer.");
    return Reply::accepted();
  }

  void on_rtp(const RtpPacket& packet) override {
    ++packets_;
    handle_.relay_rtp(packet);
  }
  void on_rtcp(const RtcpPacket& packet) override { handle_.relay_rtcp(packet); }
  void on_data(const DataMessage& message) override { handle_.relay_data(message); }

  Json describe() override { return Json::object().set("packets", packets_.load()); }

private:
  const Handle handle_;
  std::atomic<std::uint64_t> packets_{0};
};

class MinimalPlugin final : public Plugin {
public:
  static constexpr PluginInfo kInfo{.package = "janus.plugin.minimal",
                                    .name = "Minimal echo",
                                    .description = "Sends back what it is sent: an example of the framework.",
                                    .author = "The authors of Baton",
                                    .version_string = "0.1.0",
                                    .version = 1};

  InitResult init(const PluginContext&) override { return InitResult::ready(); }
  std::shared_ptr<HandleHandler> create_handle(Handle handle) override {
    return std::make_shared<EchoHandle>(std::move(handle));
  }
};

}  // namespace baton::minimal

BATON_EXPORT_PLUGIN(baton::minimal::MinimalPlugin);
