// SPDX-License-Identifier: GPL-3.0-or-later
// Publishers and viewers with real ICE, DTLS and SRTP against one Janus that runs already, for one
// measurement. Prints one line of JSON. media_bench.mjs starts it with what it needs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>

#include "tests/bench/media/janus_link.hpp"
#include "tests/bench/media/measurement.hpp"
#include "tests/bench/media/self_check.hpp"

namespace baton::bench {
namespace {

constexpr const char* kUsage =
    "baton_bench_media_client --check, or\n"
    "baton_bench_media_client --server videoroom|gateway|direct --socket PATH --pid PID --ip ADDRESS\n"
    "  [--rooms 1] [--viewers 1] [--arrival burst|paced] [--seconds 10] [--settle-ms 1000]\n"
    "  [--fault none|drop|duplicate|damage] [--fault-every 1000]\n"
    "  [--reports yes|no] [--rate full|slow]\n";

using Options = std::map<std::string, std::string>;

Options parse(int count, char** arguments) {
  Options result;
  for (int i = 1; i + 1 < count; i += 2) {
    result[arguments[i]] = arguments[i + 1];
  }
  return result;
}

template <class Value>
Value choice(const Options& options, const std::string& name, const std::map<std::string, Value>& values,
             const std::string& otherwise) {
  const auto given = options.find(name);
  const auto found = values.find(given == options.end() ? otherwise : given->second);
  if (found == values.end()) {
    throw std::runtime_error(name + ": " + (given == options.end() ? "is missing" : given->second) + "\n" +
                             kUsage);
  }
  return found->second;
}

unsigned long number(const Options& options, const std::string& name, unsigned long otherwise) {
  const auto given = options.find(name);
  return given == options.end() ? otherwise : std::stoul(given->second);
}

std::string text(const Options& options, const std::string& name) {
  const auto given = options.find(name);
  if (given == options.end()) {
    throw std::runtime_error(name + " is missing\n" + kUsage);
  }
  return given->second;
}

MeasurementSettings settings_of(const Options& options) {
  MeasurementSettings result;
  result.server = choice<ServerKind>(options, "--server",
                                     {{"videoroom", ServerKind::video_room},
                                      {"gateway", ServerKind::baton_gateway},
                                      {"direct", ServerKind::baton_direct}},
                                     "");
  result.socket_path = text(options, "--socket");
  result.server_pid = static_cast<pid_t>(std::stol(text(options, "--pid")));
  result.media_ip = text(options, "--ip");
  result.rooms = number(options, "--rooms", 1);
  result.viewers = number(options, "--viewers", 1);
  result.arrival = choice<Arrival>(options, "--arrival",
                                   {{"burst", Arrival::back_to_back}, {"paced", Arrival::paced}}, "burst");
  result.window = std::chrono::seconds(number(options, "--seconds", 10));
  result.settle = std::chrono::milliseconds(number(options, "--settle-ms", 1000));
  result.fault.kind = choice<FaultKind>(options, "--fault",
                                        {{"none", FaultKind::none},
                                         {"drop", FaultKind::drop},
                                         {"duplicate", FaultKind::duplicate},
                                         {"damage", FaultKind::damage}},
                                        "none");
  result.reports = choice<ReceiverReports>(
      options, "--reports", {{"yes", ReceiverReports::each_second}, {"no", ReceiverReports::none}}, "yes");
  result.rate =
      choice<FrameRate>(options, "--rate", {{"full", FrameRate::full}, {"slow", FrameRate::slow}}, "full");
  result.fault.every = std::max(1UL, number(options, "--fault-every", 1000));
  return result;
}

/// In milliseconds; sorts.
Json percentiles(std::vector<std::uint32_t>& microseconds) {
  std::ranges::sort(microseconds);
  Json result(json_object());
  const auto add = [&](const char* name, double part) {
    if (microseconds.empty()) {
      json_object_set_new(result.get(), name, json_null());
      return;
    }
    const auto index = static_cast<std::size_t>(part * static_cast<double>(microseconds.size() - 1));
    json_object_set_new(result.get(), name, json_real(static_cast<double>(microseconds[index]) / 1000));
  };
  add("p50", 0.5);
  add("p99", 0.99);
  add("p999", 0.999);
  add("max", 1);
  return result;
}

json_t* integer(std::uint64_t value) {
  return json_integer(static_cast<json_int_t>(value));
}

double microseconds(CpuTime time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

Json report(const MeasurementSettings& settings, Measurement& measured) {
  const double window = measured.window_seconds * 1e6;
  const auto viewers = static_cast<double>(settings.viewers);
  const auto grown = [&](std::size_t ProcessMemory::*kind) {
    const auto bytes =
        static_cast<double>(measured.with_viewers.*kind) - static_cast<double>(measured.before_viewers.*kind);
    return bytes / viewers / 1024;
  };
  const auto& counts = measured.viewing.counts;
  const auto own = microseconds(measured.client_cpu);
  const auto server = microseconds(measured.server_cpu);
  Json result(json_object());
  const auto add = [&](const char* name, json_t* value) { json_object_set_new(result.get(), name, value); };
  add("arrived", integer(measured.arrived));
  add("cpu_us_per_packet",
      json_real(server / static_cast<double>(std::max<std::uint64_t>(1, measured.arrived))));
  add("server_cores", json_real(server / window));
  add("client_cores", json_real(own / window));
  add("other_cores", json_real(std::max(0.0, microseconds(measured.machine_cpu) - own - server) / window));
  add("delay_ms", percentiles(measured.viewing.delays).release());
  add("expected", integer(counts.expected));
  add("lost", integer(counts.lost()));
  add("lost_percent", json_real(100.0 * static_cast<double>(counts.lost()) /
                                static_cast<double>(std::max<std::uint64_t>(1, counts.expected))));
  add("duplicated", integer(counts.duplicated));
  add("reordered", integer(counts.reordered));
  add("renumbered", integer(counts.renumbered));
  add("other_rooms", integer(counts.other_rooms));
  add("damaged", integer(counts.damaged));
  add("unreadable", integer(measured.viewing.unreadable));
  add("client_overflowed", integer(measured.viewing.overflowed));
  add("gone", integer(measured.viewing.gone));
  add("hangups", integer(measured.hangups));
  add("pss_kb_per_viewer", json_real(grown(&ProcessMemory::proportional)));
  add("rss_kb_per_viewer", json_real(grown(&ProcessMemory::resident)));
  add("joins_per_second", json_real(viewers / measured.join_seconds));
  add("join_ms", percentiles(measured.join_microseconds).release());
  add("keyframes_asked_for", integer(measured.publishing.keyframes_asked_for));
  add("publisher_nacked", integer(measured.publishing.negative_acknowledgements));
  add("publisher_unsent", integer(measured.publishing.unsent));
  add("publisher_late_ms", percentiles(measured.publishing.lateness).release());
  add("srtp", json_string(measured.viewing.profile.c_str()));
  return result;
}

int run(int count, char** arguments) {
  if (count == 2 && std::string(arguments[1]) == "--check") {
    const bool faults_are_seen = check_that_faults_are_seen();
    return check_that_both_sides_meet() && faults_are_seen ? 0 : 1;
  }
  const auto settings = settings_of(parse(count, arguments));
  auto measured = measure(settings);
  const auto result = report(settings, measured);
  char* printed = json_dumps(result.get(), JSON_COMPACT | JSON_REAL_PRECISION(6));
  std::printf("%s\n", printed);
  std::free(printed);
  return 0;
}

}  // namespace
}  // namespace baton::bench

int main(int count, char** arguments) {
  try {
    return baton::bench::run(count, arguments);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
