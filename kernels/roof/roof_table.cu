// roof_table.cu - the ladders of the measurements. The matrix products have none on `host`: a CPU has no tensor cores.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

ChainMultiplyAdds::Launch chain_element, chain_cores;
RepeatMatrixProducts::Launch products_mma;

Room<ChainMultiplyAdds> chain_multiply_adds_room() {
  static const auto rows = rows_on<ChainMultiplyAdds>(
      target, {{"element", on_all, &chain_element}, {"cores", on_host, GS_HOST_FORM(chain_cores)}});
  return rows;
}

Room<RepeatMatrixProducts> repeat_matrix_products_room() {
  static const auto rows = rows_on<RepeatMatrixProducts>(
      target, {{"mma", on_blocks, &products_mma, &always, &no_workspace, Arithmetic::tf32}});
  return rows;
}

}  // namespace gs::GS_TARGET
