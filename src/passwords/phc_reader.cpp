#include "passwords/phc_reader.hpp"

namespace gatehouse::passwords {

bool is_affordable(std::uint64_t log2_n, std::uint64_t block, std::uint64_t parallel) {
  constexpr std::uint64_t bytes_of_block = 128;
  return log2_n >= 1 && log2_n <= PhcLimits::scrypt_log2_n_max && block >= 1 && block <= PhcLimits::scrypt_block_max &&
         parallel >= 1 && parallel <= PhcLimits::scrypt_parallel_max &&
         (bytes_of_block * block << log2_n) <= PhcLimits::scrypt_bytes_max;
}

bool take_scrypt_cost(PhcReader& reader, ScryptCost& cost) {
  return reader.take_number(cost.log2_n, 1, PhcLimits::scrypt_log2_n_max) && reader.take(",r=") &&
         reader.take_number(cost.block, 1, PhcLimits::scrypt_block_max) && reader.take(",p=") &&
         reader.take_number(cost.parallel, 1, PhcLimits::scrypt_parallel_max) &&
         is_affordable(cost.log2_n, cost.block, cost.parallel);
}

}  // namespace gatehouse::passwords
