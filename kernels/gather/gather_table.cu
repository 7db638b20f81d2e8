// gather_table.cu - the ladder of batch assembly.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void gather_element(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                    const std::uint32_t* permutation, const StepState*, const Gather&, void* workspace, stream_t);
template <class T>
void gather_rows(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                 const std::uint32_t* permutation, const StepState*, const Gather&, void* workspace, stream_t);
template <class T>
void augment_block(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                   const std::uint32_t* permutation, const StepState*, const AugmentedGather&, void* workspace,
                   stream_t);
template <class T>
void augment_cores(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                   const std::uint32_t* permutation, const StepState*, const AugmentedGather&, void* workspace,
                   stream_t);

template <class T>
Room<GatherBatch<T>> gather_room() {
  static const auto rows =
      rows_on<GatherBatch<T>>(target, {{"element", on_all, &gather_element<T>}, {"rows", on_host, &gather_rows<T>}});
  return rows;
}
template Room<GatherBatch<float>> gather_room();
template Room<GatherBatch<bf16>> gather_room();

template <class T>
Room<GatherAugmented<T>> gather_augmented_room() {
  static const auto rows = rows_on<GatherAugmented<T>>(
      target, {{"block", on_blocks, &augment_block<T>}, {"cores", on_host, GS_HOST_FORM(augment_cores<T>)}});
  return rows;
}
template Room<GatherAugmented<float>> gather_augmented_room();
template Room<GatherAugmented<bf16>> gather_augmented_room();

}  // namespace gs::GS_TARGET
