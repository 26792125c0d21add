// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/heartbeat_report.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace baton::bench {

namespace {

/// Of an even number the mean of the two in the middle.
double median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

template <class Reading, class Figure>
double median_of(const std::vector<Reading>& readings, Figure&& figure) {
  std::vector<double> values;
  values.reserve(readings.size());
  for (const Reading& reading : readings) {
    values.push_back(figure(reading));
  }
  return median(std::move(values));
}

double milliseconds(CpuTime time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

double median_milliseconds(const std::vector<SilenceCost>& readings, CpuTime SilenceCost::*figure) {
  return median_of(readings, [figure](const SilenceCost& one) { return milliseconds(one.*figure); });
}

HeartbeatMedians medians_of(const HeartbeatRow& row) {
  const auto pick = [&](auto figure) { return median_of(row.readings, figure); };
  const double nanoseconds = pick([](const HeartbeatCost& one) { return one.nanoseconds_per_heartbeat; });
  const double per_second =
      static_cast<double>(row.shape.senders()) / std::chrono::duration<double>(kHeartbeatInterval).count();
  return {nanoseconds, nanoseconds * per_second / 1e6,
          pick([](const HeartbeatCost& one) { return milliseconds(one.longest_tick); }),
          pick([](const HeartbeatCost& one) { return one.allocated_bytes; }),
          pick([](const HeartbeatCost& one) { return one.resident_bytes; })};
}

double median_ratio(const HeartbeatRow& row, const HeartbeatRow& reference, double HeartbeatCost::*figure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < row.readings.size(); ++i) {
    ratios.push_back(row.readings[i].*figure / (reference.readings[i].*figure));
  }
  return median(std::move(ratios));
}

void print(const Report& report) {
  std::printf("\nMedians of %zu repetitions; CPU time of one thread; simulated time in ticks of %lld ms.\n\n",
              report.repetitions,
              static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(kTick).count()));
  std::printf("%-34s %10s %12s %12s %12s %12s %12s\n", "who sends a heartbeat each 30 s", "idle", "CPU each",
              "CPU per s", "worst tick", "allocated", "resident");
  for (const HeartbeatRow& row : report.heartbeats) {
    const HeartbeatMedians figures = medians_of(row);
    std::printf("%-34s %10zu %9.0f ns %9.3f ms %9.3f ms %10.0f B %10.0f B\n", row.name.c_str(),
                row.shape.idle(), figures.nanoseconds_per_heartbeat, figures.milliseconds_per_second,
                figures.longest_tick_ms, figures.allocated_bytes, figures.resident_bytes);
  }
  std::printf("\n%-45s %14s %14s %14s %14s\n", "everybody falls silent", "offline", "worst tick", "removed",
              "worst tick");
  for (const SilenceRow& row : report.silences) {
    std::printf("%-45s %11.1f ms %11.1f ms %11.1f ms %11.1f ms\n", row.name.c_str(),
                median_milliseconds(row.readings, &SilenceCost::offline_total),
                median_milliseconds(row.readings, &SilenceCost::offline_longest_tick),
                median_milliseconds(row.readings, &SilenceCost::removal_total),
                median_milliseconds(row.readings, &SilenceCost::removal_longest_tick));
  }
  std::printf("\n");
  for (const Verdict& verdict : report.verdicts) {
    std::printf("%s %s: %.2f %s (must be at most %g %s)\n", verdict.passed() ? "PASS" : "FAIL",
                verdict.what.c_str(), verdict.value, verdict.unit.c_str(), verdict.at_most,
                verdict.unit.c_str());
  }
}

bool write_json(const Report& report, const std::string& file) {
  // Names are our own and hold nothing that JSON would escape.
  std::ofstream out(file);
  const char* separator = "";
  out << "{\n  \"benchmark\": \"heartbeat\",\n  \"repetitions\": " << report.repetitions
      << ",\n  \"heartbeats\": [";
  for (const HeartbeatRow& row : report.heartbeats) {
    const HeartbeatMedians figures = medians_of(row);
    out << separator << "\n    {\"name\": \"" << row.name << "\", \"senders\": " << row.shape.senders()
        << ", \"idle\": " << row.shape.idle()
        << ", \"cpu_ns_per_heartbeat\": " << figures.nanoseconds_per_heartbeat
        << ", \"cpu_ms_per_simulated_second\": " << figures.milliseconds_per_second
        << ", \"longest_tick_ms\": " << figures.longest_tick_ms
        << ", \"allocated_bytes_per_participant\": " << figures.allocated_bytes
        << ", \"resident_bytes_per_participant\": " << figures.resident_bytes << "}";
    separator = ",";
  }
  out << "\n  ],\n  \"silences\": [";
  separator = "";
  for (const SilenceRow& row : report.silences) {
    const auto figure = [&](CpuTime SilenceCost::*one) { return median_milliseconds(row.readings, one); };
    out << separator << "\n    {\"name\": \"" << row.name
        << "\", \"participants\": " << row.rooms.count * row.rooms.senders
        << ", \"offline_cpu_ms\": " << figure(&SilenceCost::offline_total)
        << ", \"offline_longest_tick_ms\": " << figure(&SilenceCost::offline_longest_tick)
        << ", \"removal_cpu_ms\": " << figure(&SilenceCost::removal_total)
        << ", \"removal_longest_tick_ms\": " << figure(&SilenceCost::removal_longest_tick) << "}";
    separator = ",";
  }
  out << "\n  ],\n  \"verdicts\": [";
  separator = "";
  for (const Verdict& verdict : report.verdicts) {
    out << separator << "\n    {\"what\": \"" << verdict.what << "\", \"value\": " << verdict.value
        << ", \"at_most\": " << verdict.at_most << ", \"unit\": \"" << verdict.unit << "\""
        << ", \"passed\": " << (verdict.passed() ? "true" : "false") << "}";
    separator = ",";
  }
  out << "\n  ]\n}\n";
  out.close();
  return out.good();
}

}  // namespace baton::bench
