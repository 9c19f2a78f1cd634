#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "support/patience.hpp"

namespace gatehouse::testing {

/// Runs the io_context in the calling thread until the condition holds; false if it does not within `at_most`.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition&& condition, std::chrono::milliseconds at_most = patience) {
  constexpr std::chrono::milliseconds step{10};
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    io.restart();
    io.run_one_for(step);
  }
  return true;
}

}  // namespace gatehouse::testing
