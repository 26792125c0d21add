// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/extension_map.hpp"
#include "core/media/media_extensions.hpp"
#include "core/media/rtp_packet.hpp"

namespace baton::media {

/// Why an element was not taken.
enum class ExtensionRefusal : std::uint8_t {
  not_negotiated,  ///< The receiver did not negotiate it, or by an id that there is not.
  too_large,       ///< More than 255 bytes, or more than the one form that was negotiated can say.
};
[[nodiscard]] const char* to_string(ExtensionRefusal reason);

/// Which forms a receiver takes. Without `a=extmap-allow-mixed` (RFC 8285 §6) browsers expect one-byte
/// headers wherever ids allow it.
enum class ExtensionForms : std::uint8_t { one_byte_only, both };

/// The header extension elements of one packet that goes out, before they are written: gathered from the
/// packet that came in and from what this connection says itself. Data is borrowed. Lives on the stack.
class ExtensionSet {
public:
  /// Elements of one packet: each is of another kind, so there is always room.
  static constexpr std::size_t kMaxElements = kExtensionKindCount;

  /// @param map    what the receiver negotiated; borrowed
  explicit ExtensionSet(const ExtensionMap& map, ExtensionForms forms = ExtensionForms::one_byte_only)
      : map_(&map), forms_(forms) {}

  /// Adds an element. One of a kind that is there already takes its place.
  std::optional<ExtensionRefusal> add(ExtensionKind kind, ByteView data);
  /// Adds what the packet says of the media, as far as the receiver can be told.
  void add(const MediaExtensions& media);

  /// Bytes of the whole header extension, its own header and the zeros at its end included; 0 for an empty
  /// set.
  [[nodiscard]] std::size_t size() const;
  /// Writes it; `out` has exactly that size.
  void write(ByteSpan out) const;

private:
  struct Element {
    ExtensionKind kind{};
    ExtensionId id;
    ByteView data;
  };
  enum class Form : std::uint8_t { one_byte, two_byte };
  [[nodiscard]] Form form() const;

  const ExtensionMap* map_;
  ExtensionForms forms_;
  std::array<Element, kMaxElements> elements_;
  std::size_t count_ = 0;
};

}  // namespace baton::media
