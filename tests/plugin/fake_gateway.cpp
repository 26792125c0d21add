// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/fake_gateway.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "tests/plugin/gateway_symbols.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define BATON_HAS_ADDRESS_SANITIZER 1
#else
#define BATON_HAS_ADDRESS_SANITIZER 0
#endif

namespace baton::testing {

using framework::Jsep;
using framework::JsepType;
using framework::Json;
using framework::MediaIndex;
using framework::MediaKind;
using framework::SharedJson;

namespace {

constexpr int kPluginOrMessageMissing = -1;
constexpr int kSessionDead = -2;
constexpr std::size_t kRtpHeader = 12;
constexpr std::uintptr_t kPoison = 0xDEAD0000DEAD0001;  // no address

// Which callback the plugin is in, on this thread; null when in none that forbids push_event.
thread_local const char* current_callback = nullptr;

class InCallback {
public:
  explicit InCallback(const char* name) : before_(std::exchange(current_callback, name)) {}
  InCallback(const InCallback&) = delete;
  InCallback& operator=(const InCallback&) = delete;
  ~InCallback() { current_callback = before_; }

private:
  const char* before_;
};

// Janus's session points to the handle; the pointer on the heap is what counts for it.
using HandleOfSession = std::shared_ptr<FakeHandle>;

HandleOfSession handle_of(const janus_plugin_session* session) {
  return *static_cast<HandleOfSession*>(session->gateway_handle);
}

std::vector<std::uint8_t> copy_of(const char* buffer, std::uint16_t length) {
  return {buffer, buffer + length};
}

std::string text_or_empty(const char* text) {
  return text != nullptr ? text : "";
}
MediaKind kind_of(gboolean video) {
  return video != FALSE ? MediaKind::video : MediaKind::audio;
}

std::atomic<FakeGateway*> the_gateway{nullptr};

template <class T>
T locked_copy(std::mutex& mutex, const T& value) {
  const std::lock_guard lock(mutex);
  return value;
}

}  // namespace

/// The callbacks that a plugin is given. As in Janus, they check little, and are there for ever.
struct GatewayCallbacks {
  static int push_event(janus_plugin_session* session, janus_plugin* plugin, const char* transaction,
                        json_t* message, json_t* jsep) {
    if (plugin == nullptr || message == nullptr)
      return kPluginOrMessageMissing;
    FakeGateway* const gateway = the_gateway;
    if (gateway == nullptr || !gateway->is_alive(session))
      return kSessionDead;
    const HandleOfSession handle = handle_of(session);
    if (current_callback != nullptr)
      gateway->violate(std::string("push_event was called inside of ") + current_callback);
    if (plugin != gateway->plugin_)
      gateway->violate("push_event was given another plugin's table");
    if (handle->destroyed_)
      return JANUS_ERROR_SESSION_NOT_FOUND;
    if (!json_is_object(message))
      return JANUS_ERROR_INVALID_JSON_OBJECT;
    PushedEvent event{
        .transaction = text_or_empty(transaction), .event = SharedJson::share(message), .jsep = {}};
    const framework::JsonView description(jsep);
    const auto type = description.string("type");
    const auto sdp = description.string("sdp");
    if (type && sdp) {
      std::this_thread::sleep_for(gateway->options_.jsep_push_delay);
      const std::lock_guard lock(handle->mutex_);
      if ((type != "offer" && type != "answer") || !sdp->starts_with("v=0"))
        return JANUS_ERROR_JSEP_INVALID_SDP;
      event.jsep = Jsep{.type = type == "offer" ? JsepType::offer : JsepType::answer,
                        .sdp = std::string(*sdp),
                        .end_to_end_encrypted = description.boolean("e2ee").value_or(false),
                        .restart = description.boolean("restart").value_or(false)};
    }
    {
      const std::lock_guard lock(gateway->mutex_);
      gateway->promises_.push_back({event.event, event.event.dump()});
    }
    const std::lock_guard lock(handle->record_mutex_);
    handle->inbox_.push_back(std::move(event));
    handle->recorded_.notify_all();
    return 0;
  }

  // Janus looks at the session's memory first, so the plugin must hold a reference.
  static HandleOfSession relay_target(janus_plugin_session* session) {
    if (g_atomic_int_get(&session->stopped) != 0)
      return nullptr;
    HandleOfSession handle = handle_of(session);
    return handle->relaying_allowed() ? handle : nullptr;
  }

  template <class Record>
  static void record(janus_plugin_session* session, Record&& change) {
    const HandleOfSession handle = relay_target(session);
    if (handle == nullptr)
      return;
    const std::lock_guard lock(handle->record_mutex_);
    change(*handle);
    handle->recorded_.notify_all();
  }

  static void relay_rtp(janus_plugin_session* session, janus_plugin_rtp* packet) {
    record(session, [&](FakeHandle& handle) {
      handle.rtp_.push_back({MediaIndex(packet->mindex), kind_of(packet->video),
                             copy_of(packet->buffer, packet->length), packet->extensions});
    });
  }
  static void relay_rtcp(janus_plugin_session* session, janus_plugin_rtcp* packet) {
    record(session, [&](FakeHandle& handle) {
      handle.rtcp_.push_back({MediaIndex(packet->mindex), kind_of(packet->video),
                              copy_of(packet->buffer, packet->length), std::nullopt});
    });
  }
  static void relay_data(janus_plugin_session* session, janus_plugin_data* data) {
    record(session, [&](FakeHandle& handle) {
      handle.data_.push_back({text_or_empty(data->label), std::string(data->buffer, data->length)});
    });
  }
  static void send_pli(janus_plugin_session* session) {
    record(session, [](FakeHandle& handle) { ++handle.plis_; });
  }
  static void send_pli_stream(janus_plugin_session* session, int) { send_pli(session); }
  static void send_remb(janus_plugin_session* session, std::uint32_t bitrate) {
    record(session, [&](FakeHandle& handle) { handle.remb_ = bitrate; });
  }

  static void close_pc(janus_plugin_session* session) {
    FakeGateway* const gateway = the_gateway;
    if (gateway == nullptr || !gateway->is_alive(session))
      return;
    ++handle_of(session)->close_pcs_;
    handle_of(session)->hangup();
  }
  static void end_session(janus_plugin_session* session) {
    FakeGateway* const gateway = the_gateway;
    if (gateway != nullptr && gateway->is_alive(session))
      handle_of(session)->detach();
  }

  static gboolean events_is_enabled() {
    FakeGateway* const gateway = the_gateway;
    return gateway != nullptr && gateway->options_.event_handlers ? TRUE : FALSE;
  }
  static void notify_event(janus_plugin*, janus_plugin_session* session, json_t* event) {
    const SharedJson own = SharedJson::adopt(event);
    FakeGateway* const gateway = the_gateway;
    if (gateway == nullptr || (session != nullptr && !gateway->is_alive(session)))
      return;
    const std::lock_guard lock(gateway->mutex_);
    gateway->notified_.push_back(own);
  }

  static gboolean auth_is_signed() { return FALSE; }
  static gboolean auth_is_signature_valid(janus_plugin*, const char*) { return FALSE; }
  static gboolean auth_signature_contains(janus_plugin*, const char*, const char*) { return FALSE; }

  inline static janus_callbacks table{
      .push_event = &push_event,
      .relay_rtp = &relay_rtp,
      .relay_rtcp = &relay_rtcp,
      .relay_data = &relay_data,
      .send_pli = &send_pli,
      .send_pli_stream = &send_pli_stream,
      .send_remb = &send_remb,
      .close_pc = &close_pc,
      .end_session = &end_session,
      .events_is_enabled = &events_is_enabled,
      .notify_event = &notify_event,
      .auth_is_signed = &auth_is_signed,
      .auth_is_signature_valid = &auth_is_signature_valid,
      .auth_signature_contains = &auth_signature_contains,
  };
};

// --- the gateway
// ------------------------------------------------------------------------------------------------

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
  const int result = plugin_->init(&GatewayCallbacks::table, options_.config_folder.c_str());
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
  return SharedJson::adopt(plugin_->handle_admin_message(own.raw()));
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

// --- a handle
// ---------------------------------------------------------------------------------------------------

janus_plugin_session* FakeHandle::living_session() const {
  janus_plugin_session* const session = app_handle_;
  return session != nullptr && gateway_.is_alive(session) ? session : nullptr;
}

// The session may be destroyed at any moment, as in Janus.
MessageResult FakeHandle::deliver(janus_plugin_session* session, const SharedJson& body,
                                  const std::optional<Jsep>& jsep, const std::string& transaction) {
  if (session == nullptr)
    return {.text = "No plugin to handle this message"};
  Json description;
  if (jsep) {
    description = Json::object();
    description.set("type", jsep->type == JsepType::offer ? "offer" : "answer").set("sdp", jsep->sdp);
    if (jsep->update)
      description.set("update", true);
    if (jsep->simulcast)
      description.set("simulcast", jsep->simulcast);
    alert_ = false;  // a negotiation begins
  }
  janus_plugin_result* const result = gateway_.plugin_->handle_message(
      session, g_strdup(transaction.c_str()), Json(body).release(), description.release());
  if (result == nullptr)
    return {.text = "Plugin didn't give a result"};
  MessageResult answer{.type = result->type, .content = {}, .text = text_or_empty(result->text)};
  if (result->type == JANUS_PLUGIN_OK) {
    answer.content = SharedJson::share(result->content);
    if (!answer.content.is_object())
      gateway_.violate("a synchronous answer is not an object");
  }
  janus_plugin_result_destroy(result);
  return answer;
}

std::future<MessageResult> FakeHandle::send_message(Json body, std::optional<Jsep> jsep,
                                                    std::string transaction) {
  auto promise = std::make_shared<std::promise<MessageResult>>();
  std::future<MessageResult> future = promise->get_future();
  LoopThread& thread = *gateway_.pool_[gateway_.next_pool_++ % gateway_.pool_.size()];
  thread.post([self = shared_from_this(), body = SharedJson(std::move(body)), jsep = std::move(jsep),
               transaction = std::move(transaction), promise] {
    promise->set_value(self->deliver(self->living_session(), body, jsep, transaction));
  });
  return future;
}

MessageResult FakeHandle::request(Json body, std::optional<Jsep> jsep, std::string transaction) {
  return send_message(std::move(body), std::move(jsep), std::move(transaction)).get();
}

MessageResult FakeHandle::request_overtaken_by_detach(Json body) {
  janus_plugin_session* const session = living_session();
  detach();
  sync();
  return deliver(session, SharedJson(std::move(body)), std::nullopt, "transaction");
}

SharedJson FakeHandle::ask(janus_plugin_session* session) {
  if (session == nullptr)
    return {};
  const InCallback in("query_session");
  SharedJson answer = SharedJson::adopt(gateway_.plugin_->query_session(session));
  if (answer && !answer.is_object())
    gateway_.violate("query_session gave something that is no object");
  return answer;
}

SharedJson FakeHandle::query() {
  const std::lock_guard lock(mutex_);
  return ask(living_session());
}

SharedJson FakeHandle::query_overtaken_by_detach() {
  janus_plugin_session* const session = living_session();
  detach();
  sync();
  return ask(session);
}

// The packet callbacks of Janus look at the handle's and the session's flags first; the others do not, and
// tell so.
void FakeHandle::on_loop(const char* callback, std::function<void(janus_plugin_session*)> call) {
  loop_.post([self = shared_from_this(), callback, call = std::move(call)] {
    janus_plugin_session* const session = self->app_handle_;
    if (session == nullptr)
      return;
    const InCallback in(callback);
    call(session);
  });
}

void FakeHandle::setup_media() {
  alert_ = false;
  on_loop("setup_media", [this](janus_plugin_session* session) {
    if (gateway_.is_alive(session))
      gateway_.plugin_->setup_media(session);
  });
}

void FakeHandle::incoming_rtp(MediaKind kind, MediaIndex media_index, std::vector<std::uint8_t> packet,
                              std::optional<janus_plugin_rtp_extensions> extensions) {
  on_loop("incoming_rtp", [this, kind, media_index, packet = std::move(packet), extensions](auto* session) {
    if (g_atomic_int_get(&session->stopped) != 0 || destroyed_ || gateway_.plugin_->incoming_rtp == nullptr)
      return;
    const auto buffer = std::make_unique<char[]>(packet.size());
    std::copy(packet.begin(), packet.end(), buffer.get());
    janus_plugin_rtp rtp{};
    rtp.mindex = media_index.value();
    rtp.video = kind == MediaKind::video ? TRUE : FALSE;
    rtp.buffer = buffer.get();
    rtp.length = static_cast<std::uint16_t>(packet.size());
    rtp.extensions.audio_level = -1;
    rtp.extensions.video_rotation = -1;
    rtp.extensions.min_delay = -1;
    rtp.extensions.max_delay = -1;
    if (extensions)
      rtp.extensions = *extensions;
    gateway_.plugin_->incoming_rtp(session, &rtp);
    // Janus restores the fixed header only.
    if (packet.size() > kRtpHeader &&
        std::memcmp(buffer.get() + kRtpHeader, packet.data() + kRtpHeader, packet.size() - kRtpHeader) != 0)
      gateway_.violate("incoming_rtp changed a packet that it was lent");
    std::memset(buffer.get(), 0xDB, packet.size());
    std::memset(&rtp, 0xDB, sizeof(rtp));
  });
}

void FakeHandle::incoming_rtcp(MediaKind kind, MediaIndex media_index, std::vector<std::uint8_t> packet) {
  on_loop("incoming_rtcp", [this, kind, media_index, packet = std::move(packet)](auto* session) {
    if (g_atomic_int_get(&session->stopped) != 0 || destroyed_ || gateway_.plugin_->incoming_rtcp == nullptr)
      return;
    const auto buffer = std::make_unique<char[]>(packet.size());
    std::copy(packet.begin(), packet.end(), buffer.get());
    janus_plugin_rtcp rtcp{.mindex = media_index.value(),
                           .video = kind == MediaKind::video ? TRUE : FALSE,
                           .buffer = buffer.get(),
                           .length = static_cast<std::uint16_t>(packet.size())};
    gateway_.plugin_->incoming_rtcp(session, &rtcp);
    std::memset(buffer.get(), 0xDB, packet.size());
    std::memset(&rtcp, 0xDB, sizeof(rtcp));
  });
}

void FakeHandle::incoming_data(std::string label, std::string text) {
  on_loop("incoming_data", [this, label = std::move(label), text = std::move(text)](auto* session) {
    if (g_atomic_int_get(&session->stopped) != 0 || destroyed_ || gateway_.plugin_->incoming_data == nullptr)
      return;
    std::string own_label = label;
    std::string own_text = text;
    janus_plugin_data data{.label = own_label.data(),
                           .protocol = nullptr,
                           .binary = FALSE,
                           .buffer = own_text.data(),
                           .length = static_cast<std::uint16_t>(own_text.size())};
    gateway_.plugin_->incoming_data(session, &data);
    std::memset(own_text.data(), 0xDB, own_text.size());
  });
}

void FakeHandle::data_ready() {
  on_loop("data_ready", [this](janus_plugin_session* session) {
    if (gateway_.plugin_->data_ready != nullptr)
      gateway_.plugin_->data_ready(session);
  });
}

void FakeHandle::slow_link(framework::SlowLink link) {
  on_loop("slow_link", [this, link](janus_plugin_session* session) {
    if (gateway_.is_alive(session) && gateway_.plugin_->slow_link != nullptr)
      gateway_.plugin_->slow_link(session, link.media_index.value(),
                                  link.kind == MediaKind::video ? TRUE : FALSE,
                                  link.direction == framework::SlowLink::Direction::from_peer ? TRUE : FALSE);
  });
}

void FakeHandle::hangup() {
  if (!alert_.exchange(true))
    force_hangup_callback();
}

void FakeHandle::force_hangup_callback() {
  on_loop("hangup_media", [this](janus_plugin_session* session) { gateway_.plugin_->hangup_media(session); });
}

void FakeHandle::detach() {
  if (destroyed_.exchange(true))
    return;
  hangup();
  janus_plugin_session* const session = app_handle_;
  {
    const std::lock_guard lock(gateway_.mutex_);
    gateway_.alive_.erase(session);
  }
  g_atomic_int_set(&session->stopped, 1);
  on_loop("destroy_session", [this](janus_plugin_session* app_handle) {
    int error = 0;
    gateway_.plugin_->destroy_session(app_handle, &error);
    app_handle_ = nullptr;
  });
  // The reference that the table of living sessions held. The other one is the plugin's, which the task above
  // drops.
  janus_refcount_decrease(&session->ref);
}

void FakeHandle::sync() {
  std::promise<void> done;
  loop_.post([&] { done.set_value(); });
  done.get_future().wait();
}

std::optional<PushedEvent> FakeHandle::wait_event(const std::function<bool(const PushedEvent&)>& accept,
                                                  std::chrono::milliseconds patience) {
  std::unique_lock lock(record_mutex_);
  const auto find = [&] { return std::find_if(inbox_.begin(), inbox_.end(), accept); };
  if (!recorded_.wait_for(lock, patience, [&] { return find() != inbox_.end(); }))
    return std::nullopt;
  const auto found = find();
  PushedEvent event = std::move(*found);
  inbox_.erase(found);
  return event;
}

std::optional<PushedEvent> FakeHandle::next_event(std::chrono::milliseconds patience) {
  return wait_event([](const PushedEvent&) { return true; }, patience);
}

std::vector<RelayedPacket> FakeHandle::wait_rtp(std::size_t count, std::chrono::milliseconds patience) {
  std::unique_lock lock(record_mutex_);
  recorded_.wait_for(lock, patience, [&] { return rtp_.size() >= count; });
  return rtp_;
}

std::vector<RelayedPacket> FakeHandle::rtp() const {
  return locked_copy(record_mutex_, rtp_);
}
std::vector<RelayedPacket> FakeHandle::rtcp() const {
  return locked_copy(record_mutex_, rtcp_);
}
std::vector<RelayedData> FakeHandle::data() const {
  return locked_copy(record_mutex_, data_);
}
std::optional<std::uint32_t> FakeHandle::last_remb() const {
  return locked_copy(record_mutex_, remb_);
}

}  // namespace baton::testing
