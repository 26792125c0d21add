// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_transport.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace baton::plugin {
namespace {

using media::ParseResult;
using transport::direct::DtlsRole;
using transport::direct::Fingerprint;
using transport::direct::IceCredentials;
using Values = std::vector<std::string_view>;
using Mids = std::vector<std::string_view>;

constexpr std::string_view kHash = "sha-256";

std::string_view mid_of(const SdpMediaLine& line) {
  return line.attribute("mid").value_or("");
}

bool contains(const Mids& mids, std::string_view mid) {
  return std::ranges::find(mids, mid) != mids.end();
}

/// The BUNDLE group that this mid is in; empty for none.
Mids group_of(const SdpDescription& description, std::string_view mid) {
  for (std::string_view value : values_of(description.attributes, "group")) {
    Mids mids;
    if (take_word(value) == "BUNDLE") {
      while (!value.empty()) {
        mids.push_back(take_word(value));
      }
    }
    if (!mid.empty() && contains(mids, mid)) {
      return mids;
    }
  }
  return {};
}

bool is_bundled(const SdpDescription& description, const MediaPlaces& places) {
  const Mids group = group_of(description, mid_of(description.media[places.front()]));
  return places.size() == 1 || std::ranges::all_of(places, [&](std::size_t place) {
           return contains(group, mid_of(description.media[place]));
         });
}

/// What is said of one m-line's transport.
class TransportLine {
public:
  TransportLine(const SdpDescription& description, const SdpMediaLine& line)
      : description_(description), line_(line) {}

  ParseResult<DirectPeer, SdpRefusal> read(DescriptionKind kind, DtlsRole preferred) const {
    const auto credentials = read_credentials();
    if (!credentials) {
      return credentials.error();
    }
    const auto fingerprint = read_fingerprint();
    if (!fingerprint) {
      return fingerprint.error();
    }
    const auto role = read_role(kind, preferred);
    if (!role) {
      return role.error();
    }
    return DirectPeer{*credentials, *fingerprint, *role};
  }

private:
  /// What holds for the line, without repetitions.
  [[nodiscard]] Values values(std::string_view name) const {
    Values found = values_of(line_.attributes, name);
    if (found.empty()) {
      found = values_of(description_.attributes, name);
    }
    const Mids group = found.empty() ? group_of(description_, mid_of(line_)) : Mids();
    if (!group.empty()) {
      const auto head = std::ranges::find(description_.media, group.front(), mid_of);
      found = head == description_.media.end() ? Values() : values_of(head->attributes, name);
    }
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  [[nodiscard]] ParseResult<IceCredentials, SdpRefusal> read_credentials() const {
    const Values fragments = values("ice-ufrag");
    const Values passwords = values("ice-pwd");
    if (fragments.empty() || passwords.empty()) {
      return SdpRefusal::ice_missing;
    }
    IceCredentials result{std::string(fragments.front()), std::string(passwords.front())};
    const bool sound = fragments.size() == 1 && passwords.size() == 1 && is_valid(result);
    if (!sound) {
      return SdpRefusal::ice_invalid;
    }
    return result;
  }

  /// Fingerprints by other hash functions are of certificates that may be the same (RFC 8122 §5).
  [[nodiscard]] ParseResult<Fingerprint, SdpRefusal> read_fingerprint() const {
    std::optional<Fingerprint> result;
    for (std::string_view value : values("fingerprint")) {
      if (!same_token(take_word(value), kHash)) {
        continue;
      }
      const auto fingerprint = Fingerprint::parse(value);
      if (!fingerprint || (result && *result != *fingerprint)) {
        return SdpRefusal::fingerprint_invalid;
      }
      result = fingerprint;
    }
    if (!result) {
      return SdpRefusal::fingerprint_missing;
    }
    return *result;
  }

  [[nodiscard]] ParseResult<DtlsRole, SdpRefusal> read_role(DescriptionKind kind, DtlsRole preferred) const {
    const Values setups = values("setup");
    if (setups.empty()) {
      return SdpRefusal::setup_missing;
    }
    const auto says = [&](std::string_view word) {
      return setups.size() == 1 && same_token(setups.front(), word);
    };
    if (says("active")) {
      return DtlsRole::server;
    }
    if (says("passive")) {
      return DtlsRole::client;
    }
    if (says("actpass") && kind == DescriptionKind::offer) {
      return preferred;
    }
    return SdpRefusal::setup_invalid;
  }

  const SdpDescription& description_;
  const SdpMediaLine& line_;
};

}  // namespace

DirectLocal restarted(const DirectLocal& local, IceCredentials fresh) {
  DirectLocal result = local;
  result.origin.version += 1;
  result.credentials = std::move(fresh);
  return result;
}

TransportChange change_between(const DirectPeer& before, const DirectPeer& after) {
  if (before.fingerprint != after.fingerprint || before.role != after.role) {
    return TransportChange::other_association;
  }
  return before.credentials == after.credentials ? TransportChange::none : TransportChange::ice_restart;
}

ParseResult<DirectPeer, SdpRefusal> read_transport(const SdpDescription& description,
                                                   const MediaPlaces& places, DescriptionKind kind,
                                                   DtlsRole preferred) {
  if (!is_bundled(description, places)) {
    return SdpRefusal::not_bundled;
  }
  if (find_attribute(description.attributes, "ice-lite")) {
    return SdpRefusal::ice_lite;
  }
  std::optional<DirectPeer> result;
  for (const std::size_t place : places) {
    const SdpMediaLine& line = description.media[place];
    if (!line.attribute("rtcp-mux")) {
      return SdpRefusal::rtcp_apart;
    }
    const auto peer = TransportLine(description, line).read(kind, preferred);
    if (!peer) {
      return peer.error();
    }
    if (result && *result != *peer) {
      return SdpRefusal::transports_differ;
    }
    result = *peer;
  }
  return *result;
}

Bundling read_bundling(const SdpDescription& description, const MediaPlaces& places) {
  const Mids group = group_of(description, mid_of(description.media[places.front()]));
  return group.empty() ? Bundling::absent : Bundling::grouped;
}

void add_transport(SdpDescription& description, const MediaPlaces& places, const DirectLocal& local,
                   std::string_view setup, Bundling bundling) {
  description.attributes.insert(description.attributes.end(), {{"ice-lite", {}}, {"ice-options", "ice2"}});
  std::string group = "BUNDLE";
  for (const std::size_t place : places) {
    SdpMediaLine& line = description.media[place];
    group.append(" ").append(mid_of(line));
    set_default_candidate(line, local.candidates);
    line.attributes.insert(line.attributes.end(),
                           {{"ice-ufrag", local.credentials.username_fragment},
                            {"ice-pwd", local.credentials.password},
                            {"fingerprint", std::string(kHash) + " " + local.fingerprint.to_string()},
                            {"setup", std::string(setup)},
                            {"rtcp-mux", {}}});
    if (place == places.front()) {
      add_candidates(line, local.candidates);
    }
  }
  if (bundling == Bundling::grouped) {
    description.attributes.push_back({"group", std::move(group)});
  }
}

}  // namespace baton::plugin
