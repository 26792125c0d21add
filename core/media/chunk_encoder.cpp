// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/chunk_encoder.hpp"

#include <algorithm>
#include <cstdint>

namespace baton::media {
namespace {

using namespace packet_chunk;

std::size_t run_at_front(std::span<const ReceiveStatus> statuses) {
  const auto limited = statuses.first(std::min(statuses.size(), kMaxRun));
  const auto end = std::ranges::find_if(limited, [&](ReceiveStatus status) { return status != limited[0]; });
  return static_cast<std::size_t>(end - limited.begin());
}

std::uint16_t vector_of(std::span<const ReceiveStatus> statuses, std::size_t places, unsigned bits) {
  unsigned chunk = kVectorBit | (bits == 2 ? kWideBit : 0U);
  for (std::size_t place = 0; place < statuses.size(); ++place) {
    chunk |= static_cast<unsigned>(statuses[place]) << (bits * (places - 1 - place));
  }
  return static_cast<std::uint16_t>(chunk);
}

// Takes the statuses of one chunk off the front; there is at least one.
std::uint16_t take_chunk(std::span<const ReceiveStatus>& statuses) {
  const auto narrow = statuses.first(std::min(statuses.size(), kNarrowVector));
  const bool fits_narrow = std::ranges::find(narrow, ReceiveStatus::large_delta) == narrow.end();
  const std::size_t vector_places = fits_narrow ? kNarrowVector : kWideVector;
  const std::size_t vector_size = std::min(statuses.size(), vector_places);
  const std::size_t run = run_at_front(statuses);
  if (run >= vector_size) {
    const std::uint16_t chunk = run_of(statuses.front(), run);
    statuses = statuses.subspan(run);
    return chunk;
  }
  const std::uint16_t chunk = vector_of(statuses.first(vector_size), vector_places, fits_narrow ? 1 : 2);
  statuses = statuses.subspan(vector_size);
  return chunk;
}

}  // namespace

std::size_t chunks_size_of(std::span<const ReceiveStatus> statuses) {
  std::size_t size = 0;
  while (!statuses.empty()) {
    take_chunk(statuses);
    size += kSize;
  }
  return size;
}

void write_chunks(ByteSpan bytes, std::span<const ReceiveStatus> statuses) {
  for (std::size_t offset = 0; !statuses.empty(); offset += kSize) {
    store_u16(bytes, offset, take_chunk(statuses));
  }
}

}  // namespace baton::media
