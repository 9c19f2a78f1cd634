#include "service/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace gatehouse::service {
namespace {

#if defined(__clang__)
constexpr std::string_view compiler = "clang " __clang_version__;
#else
constexpr std::string_view compiler = "gcc " __VERSION__;
#endif

double seconds(const timeval& time) {
  constexpr double us_per_second = 1e6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / us_per_second;
}

std::int64_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::int64_t all_pages = 0;
  std::int64_t resident_pages = 0;
  statm >> all_pages >> resident_pages;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

std::int64_t open_descriptors() {
  std::error_code ec;
  const std::filesystem::directory_iterator descriptors{"/proc/self/fd", ec};
  if (ec) return 0;
  return std::distance(descriptors, std::filesystem::directory_iterator{}) - 1;  // one is this iterator's
}

}  // namespace

void write_build(metrics::Page& page, const Build& build) {
  page.begin_gauge("gatehouse_build_info", "Always 1; the labels say which program this is.");
  page.sample({{"version", build.version}, {"commit", build.commit}, {"compiler", compiler}}, 1);
}

void write_process(metrics::Page& page, TimePoint started) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  page.counter("process_cpu_seconds_total", "User and system processor time, in seconds.",
               seconds(usage.ru_utime) + seconds(usage.ru_stime));
  page.gauge("process_resident_memory_bytes", "Memory in RAM, in bytes.", resident_bytes());
  page.gauge("process_open_fds", "Open file descriptors.", open_descriptors());
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  page.gauge("process_max_fds", "File descriptors that may be open.", descriptors.rlim_cur);
  page.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.",
             std::chrono::duration<double>{started.time_since_epoch()}.count());
}

}  // namespace gatehouse::service
