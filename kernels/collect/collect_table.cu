// collect_table.cu - the ladder of collecting.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void collect_element(float* all, const T* rows, const StepState*, const Collect&, void* workspace, stream_t);

template <class T>
Room<CollectRows<T>> collect_room() {
  static const auto rows = rows_on<CollectRows<T>>(target, {{"element", on_all, &collect_element<T>}});
  return rows;
}
template Room<CollectRows<float>> collect_room();
template Room<CollectRows<bf16>> collect_room();

}  // namespace gs::GS_TARGET
