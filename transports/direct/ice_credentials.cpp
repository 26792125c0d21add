// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/ice_credentials.hpp"

#include <algorithm>
#include <string_view>

namespace baton::transport::direct {
namespace {

constexpr std::string_view kIceCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static_assert(kIceCharacters.size() == 64);

constexpr std::size_t kUsernameFragmentCharacters = 8;
constexpr std::size_t kLongest = 256;

bool consists_of_ice_characters(std::string_view text) {
  return std::ranges::all_of(
      text, [](char character) { return kIceCharacters.find(character) != std::string_view::npos; });
}

}  // namespace

bool is_valid(const IceCredentials& credentials) {
  const auto& [username_fragment, password] = credentials;
  return username_fragment.size() >= 4 && username_fragment.size() <= kLongest && password.size() >= 22 &&
         password.size() <= kLongest && consists_of_ice_characters(username_fragment) &&
         consists_of_ice_characters(password);
}

IceCredentials make_ice_credentials(const IceRandom& random) {
  IceCredentials result;
  for (std::size_t i = 0; i < random.size(); ++i) {
    auto& part = i < kUsernameFragmentCharacters ? result.username_fragment : result.password;
    part += kIceCharacters[random[i] % kIceCharacters.size()];
  }
  return result;
}

}  // namespace baton::transport::direct
