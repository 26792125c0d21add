// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

/// Whether this plugin may run in the Janus that has loaded it. Janus's own check compares the plugin API's
/// number and lets newer plugins in, and the number did not always grow when a struct did (Janus 1.3.2). A
/// plugin that believes in another shape of `janus_plugin_rtp` reads and writes past its end, so it must
/// refuse to start.
namespace baton::framework {

/// A Janus version as Janus counts it: 1102 is 1.1.2, 1302 is 1.3.2.
class JanusVersion {
public:
  constexpr explicit JanusVersion(int number) : number_(number) {}
  [[nodiscard]] constexpr int number() const { return number_; }
  /// Such as "1.1.2".
  [[nodiscard]] std::string text() const;
  // clang-tidy 14 takes the comparison with zero that the compiler writes for a null pointer.
  friend constexpr auto operator<=>(JanusVersion, JanusVersion) = default;  // NOLINT(modernize-use-nullptr)

private:
  int number_;
};

/// The shapes that the structs of `plugin.h` have had since Janus 1.0.0. The only one that changed is
/// `janus_plugin_rtp_extensions`, by additions at its end, which is also the end of `janus_plugin_rtp`.
enum class PacketLayout : std::uint8_t {
  dependency_descriptor,  ///< 1.0.0 to 1.2.0 (API 101 and 102): ends with the dependency descriptor
  capture_time,           ///< 1.2.1 to 1.3.1 (API 103 to 106): adds the absolute capture time
  layers_allocation,      ///< 1.3.2 to 1.4.1 (still API 106): adds the video layers allocation
};

/// What the headers said when this library was compiled.
struct BuiltFor {
  int api_version;      ///< JANUS_PLUGIN_API_VERSION
  PacketLayout layout;  ///< read off the struct itself
  /// Which Janus the headers belonged to, when whoever built this said so; needed only for a Janus that is
  /// newer than this source code.
  std::optional<JanusVersion> version;
};
[[nodiscard]] BuiltFor built_for();

/// The version of the Janus that this process is; absent when it does not tell.
[[nodiscard]] std::optional<JanusVersion> running_version();

/// Nothing when the plugin may run; else one sentence for the operator: what is wrong and what to do. Pure.
[[nodiscard]] std::optional<std::string> abi_refusal(const BuiltFor& built,
                                                     std::optional<JanusVersion> running);

}  // namespace baton::framework
