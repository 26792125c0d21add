// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>
#include <vector>

#include "core/media/frame_info.hpp"
#include "core/media/packet_history.hpp"
#include "core/media/rtcp_view.hpp"
#include "tests/fuzz/expect.hpp"
#include "transports/direct/publisher_peer.hpp"
#include "transports/direct/viewer_peer.hpp"

using baton::fuzz::expect;
namespace core = baton::core;
namespace media = baton::media;
namespace transport = baton::transport;
using namespace baton::transport::direct;

namespace {

using media::ExtensionId;
using media::ExtensionKind;
using Bytes = std::vector<std::uint8_t>;

constexpr media::Ssrc kVideo{0xB0B0B0B0};
constexpr media::Ssrc kAudio{0xA0A0A0A0};
constexpr media::Ssrc kRtx{0xB1B1B1B1};
constexpr media::PayloadType kVideoType{96};
constexpr media::PayloadType kRtxType{97};
constexpr media::PayloadType kAudioType{111};

/// Whatever a peer says can be read.
class CheckedOutput final : public PacketOutput {
public:
  Handover send_rtp(media::ByteView header, media::ByteView payload, core::Instant /*now*/) override {
    last_rtp.assign(header.begin(), header.end());
    last_rtp.insert(last_rtp.end(), payload.begin(), payload.end());
    const auto view = media::RtpPacketView::parse(last_rtp);
    expect(view.ok() && view->payload_and_padding().size() == payload.size());
    ++rtp;
    return answer;
  }
  Handover send_rtcp(media::ByteView packet, core::Instant /*now*/) override {
    expect(packet.size() <= 1280 && media::RtcpView::parse(packet).ok());
    last_rtcp.assign(packet.begin(), packet.end());
    ++rtcp;
    return answer;
  }

  Handover answer = Handover::queued;
  Bytes last_rtp;
  Bytes last_rtcp;
  std::size_t rtp = 0;
  std::size_t rtcp = 0;
};

class KeptProgram final : public ViewedProgram {
public:
  class Kept final : public media::ResendSource {
  public:
    [[nodiscard]] std::optional<media::StoredPacket> find(media::ExtendedSequence sequence,
                                                          core::Instant now) const override {
      return history.find(sequence, now);
    }
    media::PacketHistory history{{64, 65'536, std::chrono::seconds(3)}};
  };

  [[nodiscard]] const media::ResendSource& kept(transport::MediaKind kind) const override {
    return kind == transport::MediaKind::video ? video : audio;
  }
  [[nodiscard]] std::optional<media::RtpTimestamp> time(transport::MediaKind /*kind*/,
                                                        core::Instant /*now*/) const override {
    return media::RtpTimestamp(7);
  }

  Kept audio;
  Kept video;
};

class Listener final : public ViewerListener {
public:
  void on_viewer_reported(const media::ReportBlock& report, core::Instant /*now*/) override {
    expect(report.source == kVideo);
  }
  void on_keyframe_needed(core::Instant /*now*/) override {}
};

class Waker final : public transport::MediaWaker {
public:
  void wake() override {}
};

media::ExtensionMap all_extensions() {
  media::ExtensionMap map;
  for (std::uint8_t index = 0; index < media::kExtensionKindCount; ++index) {
    map.set(static_cast<ExtensionKind>(index), ExtensionId{static_cast<std::uint8_t>(index + 1)});
  }
  return map;
}

ViewerSettings viewer_settings(std::uint8_t flags) {
  ViewerSettings settings;
  settings.video = ViewerMediumSettings{kVideo, std::nullopt, "1", all_extensions()};
  if ((flags & 1U) == 0) {
    settings.video->rtx = media::RtxIdentity{kRtx, kRtxType, media::SequenceNumber(9)};
  }
  settings.audio = ViewerMediumSettings{kAudio, std::nullopt, "0", all_extensions()};
  settings.extension_forms =
      (flags & 2U) == 0 ? media::ExtensionForms::both : media::ExtensionForms::one_byte_only;
  settings.kept_extensions = all_extensions();
  settings.canonical_name = "baton";
  return settings;
}

PublisherSettings publisher_settings(std::uint8_t flags) {
  PublisherSettings settings;
  settings.audio =
      PublisherMediumSettings{"0",          kAudioType,   std::nullopt,      media::ClockRate{48'000},
                              std::nullopt, std::nullopt, LossRequests::nack};
  settings.video = PublisherMediumSettings{
      "1", kVideoType, kRtxType, media::ClockRate{90'000}, std::nullopt, std::nullopt, LossRequests::nack};
  settings.extensions = all_extensions();
  settings.bandwidth =
      (flags & 4U) == 0 ? BandwidthFeedback::transport_wide : BandwidthFeedback::receiver_estimate;
  settings.rtcp_form = (flags & 8U) == 0 ? media::RtcpForm::reduced_size : media::RtcpForm::compound;
  settings.canonical_name = "baton";
  settings.own_ssrc = media::Ssrc{1};
  return settings;
}

// A viewer, and a publisher whose program asks it for key frames while its packets are on their way.
class Scene {
public:
  explicit Scene(std::uint8_t flags)
      : viewer_(viewer_settings(flags), {viewer_output_, program_, listener_, turn_, kWall, nullptr}) {
    const auto asks = std::make_shared<Asks>(*this);
    air_ = std::make_shared<transport::Program>(transport::ProgramSettings{}, waker_);
    publisher_.emplace(publisher_settings(flags), publisher_output_,
                       std::make_shared<transport::Feed>(media::SourceId{1}, air_, asks, waker_));
    air_->follow(media::SourceId{1}, asks, turn_.now);
  }
  ~Scene() { air_->follow_nobody(turn_.now); }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  void step(std::uint8_t what, media::ByteView bytes) {
    Bytes copy(bytes.begin(), bytes.end());
    switch (what & 7U) {
      case 0:
        to_viewer(copy);
        break;
      case 1:
        publisher_->incoming_rtp(copy, turn_.now);
        break;
      case 2:
        publisher_->incoming_rtcp(copy, turn_.now);
        break;
      case 3:
        pass(std::chrono::milliseconds(bytes.empty() ? 1 : bytes[0] * 8));
        break;
      case 4:
        live(copy);
        break;
      case 5:
        viewer_.on_unsent(bytes.size(), static_cast<UnsentReason>((what >> 4U) % kUnsentReasonCount),
                          turn_.now);
        viewer_output_.answer = static_cast<Handover>((what >> 6U) % 3);
        break;
      case 6:
        viewer_.send(
            {(what & 8U) == 0 ? transport::MediaKind::video : transport::MediaKind::audio, copy, {}, {}});
        break;
      default:
        // One is the other's far end.
        copy = viewer_output_.last_rtp;
        publisher_->incoming_rtp(copy, turn_.now);
        pass(std::chrono::milliseconds(100));
        copy = publisher_output_.last_rtcp;
        to_viewer(copy);
        break;
    }
  }

private:
  class Asks final : public transport::KeyframeSource {
  public:
    explicit Asks(Scene& scene) : scene_(scene) {}
    void request_keyframe() override { scene_.publisher_->request_keyframe(scene_.turn_.now); }

  private:
    Scene& scene_;
  };

  void to_viewer(const Bytes& bytes) {
    const std::size_t before = viewer_output_.rtp;
    viewer_.incoming_rtcp(bytes, turn_.now);
    expect(viewer_output_.rtp - before <= ViewerPeer::kMaxLostPerCompound);
  }

  void pass(core::Duration length) {
    turn_.now += length;
    const std::size_t before = publisher_output_.rtcp;
    viewer_.advance(turn_.now);
    publisher_->advance(turn_.now);
    expect(publisher_output_.rtcp - before <= 10);
    expect(!viewer_.next_deadline() || *viewer_.next_deadline() > turn_.now);
  }

  // A packet of the program: what follows its number is chosen by the input.
  void live(const Bytes& payload) {
    Bytes bytes{0x80, kVideoType.value, 0, 0, 0, 0, 0, 0, 0xB0, 0xB0, 0xB0, 0xB0};
    media::store_u16(bytes, 2, number_);
    media::store_u32(bytes, 4, number_ / 3U * 3000U);
    bytes.insert(bytes.end(), payload.begin(),
                 payload.begin() + std::min<std::ptrdiff_t>(std::ssize(payload), 1500));
    const auto view = media::RtpPacketView::parse(bytes);
    media::ProgramPacket program;
    program.sequence = media::ExtendedSequence{number_};
    if (const auto frame = media::inspect(media::VideoCodec::vp8, view->payload(), view->marker())) {
      program.counters = {frame->picture_id, frame->tl0_pic_idx, std::nullopt};
    }
    program_.video.history.store(program, store_.add(bytes, {})->packet, turn_.now);
    viewer_.send({transport::MediaKind::video, bytes, {}, {program.sequence, {}, std::nullopt}});
    ++number_;
  }

  static constexpr media::WallClock kWall{core::Instant{}, media::NtpTime{std::uint64_t{1} << 40U}};

  TurnTime turn_;
  media::PacketStore store_;
  CheckedOutput viewer_output_;
  CheckedOutput publisher_output_;
  KeptProgram program_;
  Listener listener_;
  ViewerPeer viewer_;
  Waker waker_;
  std::shared_ptr<transport::Program> air_;
  std::optional<PublisherPeer> publisher_;
  std::uint16_t number_ = 65'530;
};

}  // namespace

// The input is a script: a byte of settings, then steps of a byte that says what, two of length, and as many
// bytes. Whatever comes, what the peers say can be read, and it is bounded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  Scene scene(data[0]);
  media::ByteView rest(data + 1, size - 1);
  while (rest.size() >= 3) {
    const std::uint8_t what = rest[0];
    const std::size_t length = std::min<std::size_t>(media::load_u16(rest, 1) % 1600U, rest.size() - 3);
    scene.step(what, rest.subspan(3, length));
    rest = rest.subspan(3 + length);
  }
  return 0;
}
