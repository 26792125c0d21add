// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/fake_gateway.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "tests/plugin/fake_gateway_internals.hpp"
#include "tests/plugin/gateway_symbols.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define BATON_HAS_ADDRESS_SANITIZER 1
#else
#define BATON_HAS_ADDRESS_SANITIZER 0
#endif

namespace baton::testing {

using framework::Json;
using framework::SharedJson;

namespace {

constexpr std::uintptr_t kPoison = 0xDEAD0000DEAD0001;  // no address

}  // namespace

janus_plugin* FakeGateway::load(const std::filesystem::path& library) {
  void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (handle == nullptr)
    throw std::runtime_error(std::string("dlopen: ") + dlerror());
  void* const symbol = dlsym(handle, "create");
  if (symbol == nullptr)
    throw std::runtime_error(std::string("dlsym: ") + dlerror());
  janus_plugin* const plugin = reinterpret_cast<create_p*>(symbol)();
  if (plugin == nullptr)
    throw std::runtime_error("create() gave no table");
  return plugin;
}

FakeGateway::FakeGateway(GatewayOptions options, janus_plugin* plugin)
    : options_(std::move(options)), plugin_(plugin) {
  if (!plugin->init || !plugin->destroy || !plugin->get_api_compatibility || !plugin->get_version ||
      !plugin->get_version_string || !plugin->get_description || !plugin->get_package || !plugin->get_name ||
      !plugin->create_session || !plugin->query_session || !plugin->destroy_session ||
      !plugin->handle_message || !plugin->setup_media || !plugin->hangup_media)
    throw std::runtime_error("the plugin's table lacks a mandatory function");
  if (plugin->get_api_compatibility() < JANUS_PLUGIN_API_VERSION)
    throw std::runtime_error("the plugin was built for an older API");
  FakeGateway* none = nullptr;
  if (!the_gateway.compare_exchange_strong(none, this))
    throw std::runtime_error("there is another FakeGateway");
  for (std::size_t i = 0; i < options_.event_loops; ++i)
    loops_.push_back(std::make_unique<LoopThread>());
  for (std::size_t i = 0; i < options_.pool_threads; ++i)
    pool_.push_back(std::make_unique<LoopThread>());
}

FakeGateway::~FakeGateway() {
  if (!shut_down_) {
    const std::vector<std::string> broken = shut_down();
    for (const std::string& rule : broken)
      std::fprintf(stderr, "FakeGateway: %s\n", rule.c_str());
    if (!broken.empty())
      std::abort();
  }
  the_gateway = nullptr;
  for (janus_plugin_session* session : quarantine_)
    g_free(session);
}

int FakeGateway::init() {
  const int result = plugin_->init(&gateway_callbacks(), options_.config_folder.c_str());
  initialized_ = result == 0;
  return result;
}

void FakeGateway::destroy_plugin() {
  if (std::exchange(initialized_, false))
    plugin_->destroy();
}

void FakeGateway::free_session(const janus_refcount* counter) {
  auto* const session =
      janus_refcount_containerof(const_cast<janus_refcount*>(counter), janus_plugin_session, ref);
  FakeGateway* const gateway = the_gateway;
  if (gateway == nullptr)
    return;
  {
    const std::lock_guard lock(gateway->mutex_);
    if (++gateway->created_[session] > 1) {
      gateway->violations_.emplace_back("a session was freed twice");
      return;
    }
    if (!BATON_HAS_ADDRESS_SANITIZER)
      gateway->quarantine_.push_back(session);
  }
  delete static_cast<HandleOfSession*>(session->gateway_handle);
  // Whoever follows these after the end does not get far.
  session->gateway_handle = reinterpret_cast<void*>(kPoison);
  session->plugin_handle = reinterpret_cast<void*>(kPoison);
  // The address sanitizer notices later use of freed memory; otherwise it is kept, so that the count can be
  // checked.
  if (BATON_HAS_ADDRESS_SANITIZER) {
    {
      const std::lock_guard lock(gateway->mutex_);
      gateway->created_.erase(session);
    }
    g_free(session);
  }
}

std::shared_ptr<FakeHandle> FakeGateway::attach() {
  LoopThread* loop = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (options_.event_loops == 0)
      loops_.push_back(std::make_unique<LoopThread>());
    loop = options_.event_loops == 0 ? loops_.back().get() : loops_[next_loop_++ % loops_.size()].get();
  }
  const std::shared_ptr<FakeHandle> handle(new FakeHandle(*this, *loop));
  // Not initialized, like Janus's: a plugin that counts too early counts on garbage.
  auto* const session = static_cast<janus_plugin_session*>(g_malloc(sizeof(janus_plugin_session)));
  std::memset(session, 0xA5, sizeof(*session));
  session->gateway_handle = new HandleOfSession(handle);
  session->plugin_handle = nullptr;
  g_atomic_int_set(&session->stopped, 0);
  const janus_refcount garbage = session->ref;
  int error = 0;
  plugin_->create_session(session, &error);
  if (std::memcmp(&garbage, &session->ref, sizeof(garbage)) != 0)
    violate("the session's reference count was touched inside of create_session");
  if (error != 0) {
    delete static_cast<HandleOfSession*>(session->gateway_handle);
    g_free(session);
    return nullptr;
  }
  janus_refcount_init(&session->ref, &free_session);
  janus_refcount_increase(&session->ref);
  handle->app_handle_ = session;
  const std::lock_guard lock(mutex_);
  created_[session] = 0;
  alive_.insert(session);
  handles_.push_back(handle);
  return handle;
}

SharedJson FakeGateway::admin_message(Json request) {
  const SharedJson own = std::move(request);
  if (plugin_->handle_admin_message == nullptr)
    return {};
  const SharedJson answer = SharedJson::adopt(plugin_->handle_admin_message(own.raw()));
  remember(answer);
  return answer;
}

void FakeGateway::remember(framework::JsonView said) {
  if (options_.remember_all) {
    std::string text = said.dump();
    const std::lock_guard lock(mutex_);
    said_.push_back(std::move(text));
  }
}

std::vector<std::string> FakeGateway::everything_said() const {
  return locked_copy(mutex_, said_);
}

void FakeGateway::violate(std::string rule) {
  const std::lock_guard lock(mutex_);
  violations_.push_back(std::move(rule));
}

bool FakeGateway::is_alive(const janus_plugin_session* session) const {
  const std::lock_guard lock(mutex_);
  return alive_.contains(session);
}

std::size_t FakeGateway::live_sessions() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(created_.begin(), created_.end(), [](const auto& entry) { return entry.second == 0; }));
}

std::vector<SharedJson> FakeGateway::notified_events() const {
  return locked_copy(mutex_, notified_);
}

void FakeGateway::check_promises() {
  for (const Promise& promise : locked_copy(mutex_, promises_))
    if (promise.json.dump() != promise.text)
      violate("a JSON was changed after push_event: " + promise.text + " became " + promise.json.dump());
}

std::vector<std::string> FakeGateway::shut_down(Order order) {
  if (order == Order::plugin_then_sessions)
    destroy_plugin();
  for (const std::shared_ptr<FakeHandle>& handle : locked_copy(mutex_, handles_))
    handle->detach();
  destroy_plugin();
  pool_.clear();
  watchdog_.reset();  // its tasks still use the loops
  // Not under the lock: what still runs on the loops takes it.
  std::vector<std::unique_ptr<LoopThread>> loops;
  {
    const std::lock_guard lock(mutex_);
    loops.swap(loops_);
  }
  loops.clear();
  check_promises();
  shut_down_ = true;
  const std::size_t leaked = live_sessions();
  if (leaked > 0)
    violate(std::to_string(leaked) + " sessions were never freed");
  const std::lock_guard lock(mutex_);
  for (const janus_plugin_session* session : quarantine_)
    if (session->ref.count != 0)
      violations_.emplace_back("a session's references were dropped too often");
  handles_.clear();
  return violations_;
}

std::vector<std::string> FakeGateway::take_log() {
  return take_captured_log();
}
void FakeGateway::set_log_level(int level) {
  set_captured_log_level(level);
}
void FakeGateway::set_running_version(int number) {
  set_exported_version(number);
}

}  // namespace baton::testing
