// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace baton::framework {

/// Lets callbacks in while it is open, and can be closed so that afterwards nobody is inside.
///
/// A callback that comes in first counts itself, then looks whether the gate is open. `close_and_drain` first
/// closes the gate, then waits until the count is zero. Each side writes one variable and then reads the
/// other's, so all four operations must be sequentially consistent: with anything weaker both could read the
/// old value, and a callback would be inside while the closer believes that nobody is. Leaving is a release
/// and the closer's last look is an acquire, so whatever callbacks did is visible to the closer. Opening is a
/// release that entering acquires, so a callback sees everything that was set up before.
///
/// The count is striped over cache lines by thread: on the packet path, entering and leaving cost one
/// uncontended atomic each. All members are trivially destructible, since the library has no global
/// destructors.
class CallbackGate {
public:
  /// Proof of being inside; leaves on destruction.
  class Pass {
  public:
    Pass(Pass&& other) noexcept : inside_(other.inside_) { other.inside_ = nullptr; }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (inside_ != nullptr)
        inside_->fetch_sub(1, std::memory_order_release);
    }
    /// False when the gate was closed.
    [[nodiscard]] explicit operator bool() const { return inside_ != nullptr; }

  private:
    friend class CallbackGate;
    explicit Pass(std::atomic<std::int64_t>* inside) : inside_(inside) {}
    std::atomic<std::int64_t>* inside_;
  };

  constexpr CallbackGate() = default;

  /// Any thread; never waits.
  [[nodiscard]] Pass enter();
  /// Lets callbacks in. Not at the same time as `close_and_drain`.
  void open() { open_.store(true, std::memory_order_seq_cst); }
  /// Lets nobody in any more and waits until everybody is out. Must not be called from inside.
  void close_and_drain();

private:
  static constexpr std::size_t kStripes = 64;
  static constexpr std::size_t kCacheLine = 64;  // bytes; a wrong guess costs speed only
  struct alignas(kCacheLine) Stripe {
    std::atomic<std::int64_t> inside{0};
  };

  alignas(kCacheLine) std::atomic<bool> open_{false};
  std::array<Stripe, kStripes> stripes_{};
};

}  // namespace baton::framework
