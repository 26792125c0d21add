// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "core/media/bytes.hpp"
#include "core/media/packet_chunk.hpp"

namespace baton::media {

// Statuses as packet chunks: a run where one says at least as much as a vector would, else a vector.

/// Bytes that the chunks of these statuses take.
[[nodiscard]] std::size_t chunks_size_of(std::span<const ReceiveStatus> statuses);
/// Writes them; `bytes` has exactly that size.
void write_chunks(ByteSpan bytes, std::span<const ReceiveStatus> statuses);

}  // namespace baton::media
