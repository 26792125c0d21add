// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/client_port.hpp"

#include "tests/bench/media/checking_port.hpp"
#include "tests/bench/media/lite_port.hpp"

namespace baton::bench {

std::unique_ptr<ClientPort> open_client_port(IceSide side, const transport::direct::SocketAddress& ip,
                                             std::shared_ptr<const transport::direct::DtlsContext> context,
                                             transport::direct::EndpointListener& listener) {
  if (side == IceSide::answering) {
    return std::make_unique<LitePort>(ip, std::move(context), listener);
  }
  return std::make_unique<CheckingPort>(ip, std::move(context), listener);
}

}  // namespace baton::bench
