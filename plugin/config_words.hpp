// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/media/video_codec.hpp"
#include "core/room_settings.hpp"
#include "plugin/config_keys.hpp"

/// The words for settings that are one out of a few, as they stand in the file and on the wire.
namespace baton::plugin {

template <class T>
struct Word {
  T value;
  std::string_view word;
};

/// The type of what an optional member holds; of another member its own type.
template <class T>
struct UnwrappedType {
  using Type = T;
};
template <class T>
struct UnwrappedType<std::optional<T>> {
  using Type = T;
};
template <class T>
using Unwrapped = typename UnwrappedType<T>::Type;

/// All words of a type.
template <class T>
inline constexpr auto kWords = nullptr;
template <>
inline constexpr auto kWords<core::RoomMode> = std::to_array<Word<core::RoomMode>>({
    {core::RoomMode::sfu, "sfu"},
    {core::RoomMode::p2p, "p2p"},
});
template <>
inline constexpr auto kWords<media::VideoCodec> = std::to_array<Word<media::VideoCodec>>({
    {media::VideoCodec::vp8, "vp8"},
    {media::VideoCodec::vp9, "vp9"},
    {media::VideoCodec::h264, "h264"},
    {media::VideoCodec::av1, "av1"},
});
template <>
inline constexpr auto kWords<core::OnHostTimeout> = std::to_array<Word<core::OnHostTimeout>>({
    {core::OnHostTimeout::pause, "pause"},
    {core::OnHostTimeout::close, "close"},
});

template <>
inline constexpr auto kWords<JoinAuth> = std::to_array<Word<JoinAuth>>({
    {JoinAuth::none, "none"},
    {JoinAuth::pin, "pin"},
    {JoinAuth::jwt, "jwt"},
});
template <>
inline constexpr auto kWords<RoomSize> = std::to_array<Word<RoomSize>>({
    {RoomSize::small, "small"},
    {RoomSize::medium, "medium"},
    {RoomSize::large, "large"},
    {RoomSize::event, "event"},
});
template <>
inline constexpr auto kWords<core::Right> = std::to_array<Word<core::Right>>({
    {core::Right::publish, "publish"},
    {core::Right::control, "control"},
    {core::Right::chat, "chat"},
    {core::Right::signal, "signal"},
    {core::Right::participate, "participate"},
});

/// The word for a value. Every enumerator has one.
template <class T>
[[nodiscard]] constexpr std::string_view value_to_word(T value) {
  for (const Word<T>& row : kWords<T>) {
    if (row.value == value) {
      return row.word;
    }
  }
  return {};
}

/// The value of a word, spelt exactly so; nothing for another word.
template <class T>
[[nodiscard]] constexpr std::optional<T> word_to_value(std::string_view word) {
  for (const Word<T>& row : kWords<T>) {
    if (row.word == word) {
      return row.value;
    }
  }
  return std::nullopt;
}

/// All words of a type for a message: `"sfu" or "p2p"`.
template <class T>
[[nodiscard]] std::string alternatives() {
  std::string result;
  for (std::size_t i = 0; i < kWords<T>.size(); ++i) {
    const std::string_view separator = i == 0 ? "" : (i + 1 == kWords<T>.size() ? " or " : ", ");
    result.append(separator).append("\"").append(kWords<T>[i].word).append("\"");
  }
  return result;
}

}  // namespace baton::plugin
