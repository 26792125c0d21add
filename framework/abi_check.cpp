// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/abi_check.hpp"

#include <array>
#include <type_traits>

#include "framework/janus_api.hpp"

// Variables of the gateway's executable. Weak, so that a Janus without them gets a sentence and not a
// linker's error. NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern int janus_version __attribute__((weak));
}
// NOLINTEND(readability-identifier-naming)

namespace baton::framework {
namespace {

struct Release {
  JanusVersion first;
  JanusVersion last;
  PacketLayout layout;
};

/// Read off the headers of every release. To support a newer one, compare its plugin.h and extend the last
/// row or add another.
constexpr std::array<Release, 3> kReleases = {{
    {JanusVersion(1000), JanusVersion(1200), PacketLayout::dependency_descriptor},
    {JanusVersion(1201), JanusVersion(1301), PacketLayout::capture_time},
    {JanusVersion(1302), JanusVersion(1401), PacketLayout::layers_allocation},
}};

template <class Extensions>
constexpr PacketLayout layout_of() {
  if constexpr (requires(Extensions e) { e.spatial_layers; })
    return PacketLayout::layers_allocation;
  else if constexpr (requires(Extensions e) { e.abs_capture_ts; })
    return PacketLayout::capture_time;
  else
    return PacketLayout::dependency_descriptor;
}

std::string range_of(PacketLayout layout) {
  for (const Release& release : kReleases)
    if (release.layout == layout)
      return "Janus " + release.first.text() + " to " + release.last.text();
  return "an unknown Janus";
}

std::string rebuild_for(const std::string& version) {
  return "Rebuild the plugin with the headers (janus-dev) of Janus " + version +
         ", or install a Janus that fits.";
}

}  // namespace

std::string JanusVersion::text() const {
  return std::to_string(number_ / 1000) + "." + std::to_string(number_ / 100 % 10) + "." +
         std::to_string(number_ % 100);
}

BuiltFor built_for() {
  BuiltFor built{.api_version = JANUS_PLUGIN_API_VERSION,
                 .layout = layout_of<janus_plugin_rtp_extensions>(),
                 .version = std::nullopt};
#ifdef BATON_BUILT_FOR_JANUS
  built.version = JanusVersion(BATON_BUILT_FOR_JANUS);
#endif
  return built;
}

std::optional<JanusVersion> running_version() {
  // Through a volatile pointer: the compiler must not conclude that a variable always has an address.
  const int* volatile version = &janus_version;
  return version != nullptr ? std::optional(JanusVersion(*version)) : std::nullopt;
}

std::optional<std::string> abi_refusal(const BuiltFor& built, std::optional<JanusVersion> running) {
  const std::string built_text = "This plugin was built for " +
                                 (built.version ? "Janus " + built.version->text() : range_of(built.layout)) +
                                 " (plugin API " + std::to_string(built.api_version) + ")";
  if (!running)
    return built_text + ", and the program that loaded it does not tell which Janus it is. " +
           "Run it in one of those versions.";
  if (built.version == running)
    return std::nullopt;
  for (const Release& release : kReleases) {
    if (*running < release.first || *running > release.last)
      continue;
    if (release.layout == built.layout)
      return std::nullopt;
    return built_text + ", but this is Janus " + running->text() +
           ", whose RTP packets have another shape in memory; it would crash. " +
           rebuild_for(running->text());
  }
  if (*running < kReleases.front().first)
    return built_text + ", but this is Janus " + running->text() + ", which is too old. Install Janus " +
           kReleases.front().first.text() + " or newer.";
  return built_text + ", but this is Janus " + running->text() +
         ", which is newer than any that the plugin knows. Install a newer plugin, or build this one with "
         "the headers of Janus " +
         running->text() + " and -DBATON_BUILT_FOR_JANUS=" + std::to_string(running->number()) + ".";
}

}  // namespace baton::framework
