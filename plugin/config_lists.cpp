// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_lists.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/ids.hpp"
#include "plugin/rsa_public_key.hpp"

namespace baton::plugin {

namespace {

using Problem = std::string;

constexpr std::size_t kMaxKeys = 16;
/// An HMAC's key has at least the length of its output (RFC 7518, section 3.2).
constexpr std::size_t kMinSecretBytes = 32;
constexpr std::size_t kMaxSecretBytes = 256;
constexpr std::size_t kMaxPemBytes = 16'384;
constexpr std::size_t kMaxUrlBytes = 256;

struct PublicKey {
  std::string pem;
};

/// Reads what must be a public key in PEM; the problem names the file and never what is in it.
std::variant<PublicKey, Problem> read_public_key(const std::string& file) {
  const auto problem = [&](const std::string& what) {
    return Problem("\"public_key_file\" " + what + ": " + to_text(file));
  };
  const std::filesystem::path path(file);
  if (!path.is_absolute()) {
    return problem("must be an absolute path");
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return problem("is not there, or is no file");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(kMaxPemBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) {
    return problem("cannot be read");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxPemBytes) {
    return problem("is larger than " + std::to_string(kMaxPemBytes) + " bytes");
  }
  if (const auto what = problem_of_rsa_public_key(text)) {
    return problem(*what);
  }
  return PublicKey{std::move(text)};
}

/// What one group says, before it is known to fit together.
struct KeyDraft {
  std::string id;
  std::string algorithm;
  std::optional<std::string> secret;
  std::optional<std::string> public_key_file;
};

std::variant<KeyDraft, Problem> read_members(const SettingGroup& group) {
  KeyDraft draft;
  for (const auto& [name, value] : group.members) {
    const auto* text = std::get_if<std::string>(&value);
    if (name != "id" && name != "algorithm" && name != "secret" && name != "public_key_file") {
      return Problem("there is no such element as " + to_text(name));
    }
    if (text == nullptr) {
      return Problem(to_text(name) + " must be a text");
    }
    if (name == "id") {
      if (!core::is_valid_name_id(*text)) {
        return Problem("\"id\" must be 1 to 64 letters, digits or ._~@+:=-");
      }
      draft.id = *text;
    } else if (name == "algorithm") {
      draft.algorithm = *text;
    } else if (name == "secret") {
      draft.secret = *text;
    } else {
      draft.public_key_file = *text;
    }
  }
  return draft;
}

std::variant<TokenKey, Problem> read_key(const SettingGroup& group) {
  auto read = read_members(group);
  if (auto* problem = std::get_if<Problem>(&read)) {
    return std::move(*problem);
  }
  auto& draft = std::get<KeyDraft>(read);
  if (draft.algorithm == "HS256") {
    if (!draft.secret || draft.public_key_file) {
      return Problem("HS256 takes \"secret\", and no \"public_key_file\"");
    }
    if (draft.secret->size() < kMinSecretBytes || draft.secret->size() > kMaxSecretBytes) {
      return Problem("\"secret\" must be text of " + std::to_string(kMinSecretBytes) + " to " +
                     std::to_string(kMaxSecretBytes) + " bytes");
    }
    return TokenKey{std::move(draft.id), TokenAlgorithm::hs256, *std::move(draft.secret)};
  }
  if (draft.algorithm != "RS256") {
    return Problem(R"("algorithm" must be "HS256" or "RS256")");
  }
  if (draft.secret || !draft.public_key_file) {
    return Problem("RS256 takes \"public_key_file\", and no \"secret\"");
  }
  auto key = read_public_key(*draft.public_key_file);
  if (auto* problem = std::get_if<Problem>(&key)) {
    return std::move(*problem);
  }
  return TokenKey{std::move(draft.id), TokenAlgorithm::rs256, std::get<PublicKey>(std::move(key)).pem};
}

/// As many texts as `count` says, each of which `read` makes an element of.
template <class Element, class Read>
std::optional<std::vector<Element>> read_texts(const SettingValue& value, const ValueRange& count,
                                               Read&& read) {
  const auto* list = std::get_if<SettingList>(&value);
  const auto size = list != nullptr ? static_cast<std::int64_t>(list->elements.size()) : 0;
  if (list == nullptr || size < count.lowest || size > count.highest) {
    return std::nullopt;
  }
  std::vector<Element> elements;
  for (const SettingValue& one : list->elements) {
    const auto* text = std::get_if<std::string>(&one);
    std::optional<Element> element = text != nullptr ? read(*text) : std::nullopt;
    if (!element) {
      return std::nullopt;
    }
    elements.push_back(*std::move(element));
  }
  return elements;
}

bool is_turn_url(std::string_view text) {
  const bool scheme = text.starts_with("turn:") || text.starts_with("turns:");
  return scheme && text.size() <= kMaxUrlBytes && text.find(':') + 1 < text.size() &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

std::variant<std::vector<TokenKey>, Problem> read_join_keys(const SettingValue& value) {
  const auto* list = std::get_if<SettingList>(&value);
  if (list == nullptr || list->elements.size() > kMaxKeys) {
    return allowed_join_keys();
  }
  std::vector<TokenKey> keys;
  for (const SettingValue& element : list->elements) {
    const std::string place = ": key " + std::to_string(keys.size() + 1) + ": ";
    const auto* group = std::get_if<SettingGroup>(&element);
    if (group == nullptr) {
      return allowed_join_keys() + place + "it is no group";
    }
    auto key = read_key(*group);
    if (const auto* problem = std::get_if<Problem>(&key)) {
      return allowed_join_keys() + place + *problem;
    }
    auto& made = std::get<TokenKey>(key);
    if (!made.id.empty() && std::ranges::find(keys, made.id, &TokenKey::id) != keys.end()) {
      return allowed_join_keys() + place + "an earlier one has this id";
    }
    keys.push_back(std::move(made));
  }
  return keys;
}

std::string allowed_join_keys() {
  return "must be a list of at most " + std::to_string(kMaxKeys) +
         R"( groups, each with `algorithm`, perhaps `id`, and `secret` ("HS256") or `public_key_file` ("RS256"))";
}

std::optional<std::vector<std::string>> read_turn_urls(const SettingValue& value, const ValueRange& count) {
  return read_texts<std::string>(value, count, [](const std::string& text) {
    return is_turn_url(text) ? std::optional(text) : std::nullopt;
  });
}

std::string allowed_turn_urls(const ValueRange& count) {
  return "must be a list of " + std::to_string(count.lowest) + " to " + std::to_string(count.highest) +
         " texts that begin with \"turn:\" or \"turns:\", each of at most " + std::to_string(kMaxUrlBytes) +
         " bytes without blanks";
}

std::optional<std::vector<IpAddress>> read_ip_addresses(const SettingValue& value, const ValueRange& count) {
  auto addresses = read_texts<IpAddress>(value, count, &IpAddress::parse);
  for (std::size_t i = 1; addresses && i < addresses->size(); ++i) {
    const auto end = addresses->begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(addresses->begin(), end, *end) != end) {
      return std::nullopt;
    }
  }
  return addresses;
}

std::string allowed_ip_addresses(const ValueRange& count) {
  return "must be a list of " + std::to_string(count.lowest) + " to " + std::to_string(count.highest) +
         " different IPv4 or IPv6 addresses without ports";
}

std::optional<core::RateLimit> read_rate_limit(const SettingValue& value, const ValueRange& range) {
  const auto* list = std::get_if<SettingList>(&value);
  if (list == nullptr || list->elements.size() != 2) {
    return std::nullopt;
  }
  const auto* burst = std::get_if<std::int64_t>(&list->elements[0]);
  const auto* per_second = std::get_if<std::int64_t>(&list->elements[1]);
  for (const auto* number : {burst, per_second}) {
    if (number == nullptr || *number < range.lowest || *number > range.highest) {
      return std::nullopt;
    }
  }
  return core::RateLimit{static_cast<std::uint32_t>(*burst), static_cast<std::uint32_t>(*per_second)};
}

}  // namespace baton::plugin
