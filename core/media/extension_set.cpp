// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/extension_set.hpp"

#include <algorithm>
#include <span>

#include "core/media/extension_format.hpp"

namespace baton::media {
namespace {

using namespace extension_format;

bool fits_one_byte(ExtensionId id, ByteView data) {
  return id.value <= kMaxOneByteId && !data.empty() && data.size() <= kMaxOneByteSize;
}

constexpr std::size_t round_up_to_words(std::size_t size) {
  return (size + 3) / 4 * 4;
}

}  // namespace

const char* to_string(ExtensionRefusal reason) {
  switch (reason) {
    case ExtensionRefusal::not_negotiated:
      return "not_negotiated";
    case ExtensionRefusal::too_large:
      return "too_large";
  }
  return "unknown";
}

std::optional<ExtensionRefusal> ExtensionSet::add(ExtensionKind kind, ByteView data) {
  const auto id = map_->id_of(kind);
  if (!id) {
    return ExtensionRefusal::not_negotiated;
  }
  if (data.size() > kMaxTwoByteSize ||
      (forms_ == ExtensionForms::one_byte_only && !fits_one_byte(*id, data))) {
    return ExtensionRefusal::too_large;
  }
  const auto elements = std::span(elements_).first(count_);
  const auto same = std::ranges::find(elements, kind, &Element::kind);
  if (same != elements.end()) {
    same->data = data;
    return std::nullopt;
  }
  elements_[count_++] = {kind, *id, data};
  return std::nullopt;
}

void ExtensionSet::add(const MediaExtensions& media) {
  for (std::size_t index = 0; index < kExtensionKindCount; ++index) {
    const auto kind = static_cast<ExtensionKind>(index);
    if (const auto& data = media.find(kind)) {
      add(kind, *data);
    }
  }
}

ExtensionSet::Form ExtensionSet::form() const {
  const auto elements = std::span(elements_).first(count_);
  const bool all_fit =
      std::ranges::all_of(elements, [](const Element& each) { return fits_one_byte(each.id, each.data); });
  return all_fit ? Form::one_byte : Form::two_byte;
}

std::size_t ExtensionSet::size() const {
  if (count_ == 0) {
    return 0;
  }
  const std::size_t head = form() == Form::one_byte ? kOneByteHeadSize : kTwoByteHeadSize;
  std::size_t size = kBlockHeaderSize;
  for (const Element& element : std::span(elements_).first(count_)) {
    size += head + element.data.size();
  }
  return round_up_to_words(size);
}

void ExtensionSet::write(ByteSpan out) const {
  if (out.empty()) {
    return;
  }
  const Form written_form = form();
  store_u16(out, 0, written_form == Form::one_byte ? kOneByteProfile : kTwoByteProfile);
  store_u16(out, 2, static_cast<std::uint16_t>((out.size() - kBlockHeaderSize) / 4));
  ByteSpan rest = out.subspan(kBlockHeaderSize);
  for (const Element& element : std::span(elements_).first(count_)) {
    if (written_form == Form::one_byte) {
      rest[0] = static_cast<std::uint8_t>((std::size_t{element.id.value} << 4U) | (element.data.size() - 1));
      rest = rest.subspan(kOneByteHeadSize);
    } else {
      rest[0] = element.id.value;
      rest[1] = static_cast<std::uint8_t>(element.data.size());
      rest = rest.subspan(kTwoByteHeadSize);
    }
    rest = copy_bytes(element.data, rest);
  }
  std::ranges::fill(rest, kPaddingElement);
}

}  // namespace baton::media
