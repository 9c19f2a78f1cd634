#pragma once

// What nearly every test includes, compiled once for all test programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/precompiled.hpp"
