// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "transports/direct/aead_protector.hpp"
#include "transports/direct/aead_unprotector.hpp"

namespace baton::transport::direct {
namespace {

TEMPLATE_TEST_CASE("With keys of other sizes nothing is protected, and nothing is read", "", AeadProtector,
                   AeadUnprotector) {
  const auto key = [](std::size_t size, std::size_t salt) {
    return AeadKey{Secret<32>(size), Secret<12>(salt)};
  };
  CHECK(TestType::make({key(16, 12), key(16, 12)}));
  CHECK_FALSE(TestType::make({key(16, 12), key(24, 12)}));
  CHECK_FALSE(TestType::make({key(0, 12), key(16, 12)}));
  CHECK_FALSE(TestType::make({key(16, 11), key(16, 12)}));
}

}  // namespace
}  // namespace baton::transport::direct
