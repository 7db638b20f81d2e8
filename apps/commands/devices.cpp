// devices.cpp - `gridstride devices`: the devices, the machine and its peaks, and missing parts.
#include <fmt/format.h>

#include "apps/cli/arguments.h"
#include "apps/cli/help.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/machine.h"
#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/core/pretty_json.h"
#include "engine/data/opencv_module.h"
#include "engine/device/backends.h"
#include "engine/device/cpu_info.h"
#include "engine/device/cpu_kernels.h"
#include "engine/device/device_name.h"
#include "engine/device/gpu_facts.h"
#include "engine/device/gpu_links.h"
#include "engine/device/load_cuda.h"
#include "engine/exchange/exchange_module.h"
#include "engine/profile/measure_peaks.h"

namespace gs::apps {
namespace {

struct DeviceLine {
  std::string name, description, why_not;
};

/// The whole answer, for text and JSON.
struct Answer {
  std::string_view vectors = cpu_vectors();  ///< of the cpu kernels
  std::vector<DeviceLine> devices;
  std::string automatic;  ///< the choice of --device auto
  CudaFacts cuda;
  GpuLinks links;
  std::vector<std::pair<std::string, std::optional<Peaks>>> peaks;  ///< device -> peaks
  std::vector<Finding> findings;
};

std::optional<Peaks> peaks_of(Device& device, bool measure) {
  const auto file = peaks_file();
  if (!measure) return file ? stored_peaks(*file, device.description()) : std::nullopt;
  const Peaks peaks = measure_peaks(device);
  if (file) store_peaks(*file, peaks);
  return peaks;
}

/// "cuda", or a name for each of several GPUs.
std::vector<std::string> cuda_names() {
  const std::size_t gpus = ask_driver().gpus.size();
  if (gpus < 2) return {"cuda"};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < gpus; ++i) names.push_back(fmt::format("cuda:{}", i));
  return names;
}

void look_for_opencv(std::vector<Finding>& findings) {
  if (!built_with_opencv()) {
    findings.push_back({"this build has no OpenCV: image files cannot be read, only packed sets",
                        "install libopencv-dev and build again"});
    return;
  }
  try {
    opencv_module();
  } catch (const Error& error) {
    findings.push_back({fmt::format("image files cannot be read, only packed sets: {}", error.what()),
                        "install libopencv-dev, if it is not there, and build again"});
  }
}

void look_for_exchange(std::vector<Finding>& findings) {
  try {
    exchange_module();
  } catch (const Error& error) {
    findings.push_back({error.what(), "install these packages, if they are not there, and build again"});
  }
}

Answer ask(bool measure) {
  Answer answer;
  std::vector<std::string> names = cuda_names();
  names.insert(names.end(), {"cpu", "sim"});
  for (const std::string& name : names) {
    const DeviceName parts = parse_device_name(name);
    if (const std::string why_not = parts.kind == "cuda" ? why_no_cuda(parts.gpu) : ""; !why_not.empty()) {
      answer.devices.push_back({name, "", why_not});
      continue;
    }
    try {
      const auto device = open_device({.name = name});
      const std::string description = device->description();
      if (name != "sim") answer.peaks.emplace_back(name, peaks_of(*device, measure));
      answer.devices.push_back({name, description, ""});
    } catch (const Error& error) {  // a GPU that fits and does not work: the others are still listed
      answer.devices.push_back({name, "", error.what()});
    }
  }
  answer.automatic = means_cuda("auto") ? "cuda" : "cpu";
  answer.cuda = cuda_facts();
  answer.links = gpu_links();
  answer.findings = findings(answer.cuda);
#if !GRIDSTRIDE_WITH_ONEDNN
  answer.findings.push_back(
      {"this build has no oneDNN: --device cpu uses own kernels only", "install libdnnl-dev and build again"});
#endif
  look_for_opencv(answer.findings);
  look_for_exchange(answer.findings);
  return answer;
}

double gibibytes(double bytes) {
  return bytes / (1 << 30);
}

/// Prints the text after its label, with wrapped lines aligned.
void print_entry(const std::string& label, const std::string& text, int width) {
  std::string lines = wrapped(text, width - int(label.size()));
  for (auto at = lines.find('\n'); at != lines.npos; at = lines.find('\n', at + 1))
    lines.insert(at + 1, label.size(), ' ');
  print_text(label + lines + "\n");
}

std::string gpu_text(const GpuFacts& g) {
  std::string text = fmt::format("{}: compute capability {}.{}, {} SMs", g.name, g.major, g.minor, g.sms);
  if (g.clock_mhz > 0) text += fmt::format(" at {:.0f} MHz", g.clock_mhz);
  text += fmt::format(", {:.1f} GiB of memory", gibibytes(double(g.memory_bytes)));
  if (g.memory_clock_mhz > 0) text += fmt::format(" at {:.0f} MHz x {} bits", g.memory_clock_mhz, g.memory_bus_bits);
  return text + fmt::format(", {:.0f} MiB of L2, {} KiB of shared memory an SM, {} KiB a block",
                            double(g.l2_bytes) / (1 << 20), g.shared_bytes_of_sm >> 10, g.shared_bytes_of_block >> 10);
}

std::string software_text(const CudaFacts& f) {
  std::vector<std::string> parts;
  if (f.driver_library) {
    const std::string release = f.driver_release.empty() ? "" : " " + f.driver_release;
    parts.push_back(f.driver_cuda > 0 ? fmt::format("driver{} for CUDA {}", release, cuda_version_text(f.driver_cuda))
                                      : "driver" + release);
  }
  if (f.cuda) parts.push_back("CUDA " + cuda_version_text(f.cuda));
  if (f.cudnn) parts.push_back("cuDNN " + library_version_text(f.cudnn));
  if (f.cublaslt) parts.push_back("cuBLASLt " + library_version_text(f.cublaslt));
  if (f.built) parts.push_back(fmt::format("built for {}{}", f.architectures, f.cupti ? ", with CUPTI" : ""));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string peaks_text(const Peaks& r) {
  std::string text =
      fmt::format("copy {:.1f} GB/s, fp32 {:.1f} GFLOP/s", r.copy_bytes_per_s / 1e9, r.fp32_flops_per_s / 1e9);
  if (r.tf32_flops_per_s > 0) text += fmt::format(", tf32 {:.1f} TFLOP/s", r.tf32_flops_per_s / 1e12);
  if (r.bf16_flops_per_s > 0) text += fmt::format(", bf16 {:.1f} TFLOP/s", r.bf16_flops_per_s / 1e12);
  if (r.stream_launch_us > 0)
    text +=
        fmt::format(", a launch {:.2f} us in a stream, {:.2f} us in a graph", r.stream_launch_us, r.graph_launch_us);
  return text + (r.measured_now ? "; measured now" : "; measured " + r.date);
}

void print_answer(const Answer& answer, int width) {
  const auto label = [](const std::string& word) { return fmt::format("  {:<6} ", word); };
  print_text("devices\n");
  for (const DeviceLine& d : answer.devices)
    print_entry(label(d.name), d.why_not.empty() ? d.description : "not here: " + d.why_not, width);
  print_entry(label(""), fmt::format("--device auto takes {}", answer.automatic), width);

  print_text("\nmachine\n");
  const double memory = double(memory_limit_bytes());
  print_entry(label("CPU"),
              fmt::format("{}, {} core{}, {}, {:.1f} GiB of memory", cpu_model(), cpu_cores(),
                          cpu_cores() == 1 ? "" : "s", answer.vectors, gibibytes(memory)),
              width);
  for (std::size_t i = 0; i < answer.cuda.gpus.size(); ++i)
    print_entry(label(fmt::format("GPU {}", i)), gpu_text(answer.cuda.gpus[i]), width);
  if (!answer.links.pairs.empty()) print_entry(label("links"), text_of(answer.links), width);
  if (const std::string text = software_text(answer.cuda); !text.empty()) print_entry(label("CUDA"), text, width);

  print_text("\npeak: copy bandwidth and arithmetic, measured\n");
  for (const auto& [name, peaks] : answer.peaks)
    print_entry(label(name), peaks ? peaks_text(*peaks) : "not measured yet; gridstride devices --peaks measures it",
                width);

  if (answer.findings.empty()) return;
  print_text("\nmissing or mismatched\n");
  for (const Finding& f : answer.findings) {
    print_entry("  ", f.what, width);
    print_entry("    -> ", f.remedy, width);
  }
}

nlohmann::ordered_json links_record(const GpuLinks& links) {
  constexpr const char* names[] = {"nvlink", "pcie", "host"};
  nlohmann::ordered_json pairs = nlohmann::ordered_json::array();
  for (const GpuPair& pair : links.pairs)
    pairs.push_back({{"gpus", {pair.first, pair.second}}, {"path", names[int(pair.path)]}});
  return {{"pairs", pairs}, {"nvlinks", links.nvlinks}};
}

nlohmann::ordered_json record(const Answer& answer) {
  using Json = nlohmann::ordered_json;
  Json devices = Json::array(), gpus = Json::array(), peaks = Json::object(), findings = Json::array();
  for (const DeviceLine& d : answer.devices)
    devices.push_back(d.why_not.empty() ? Json{{"name", d.name}, {"description", d.description}}
                                        : Json{{"name", d.name}, {"why_not", d.why_not}});
  for (const GpuFacts& g : answer.cuda.gpus)
    gpus.push_back({{"name", g.name},
                    {"compute_capability", fmt::format("{}.{}", g.major, g.minor)},
                    {"sms", g.sms},
                    {"clock_mhz", g.clock_mhz},
                    {"memory_bytes", g.memory_bytes},
                    {"memory_clock_mhz", g.memory_clock_mhz},
                    {"memory_bus_bits", g.memory_bus_bits},
                    {"l2_bytes", g.l2_bytes},
                    {"shared_bytes_of_sm", g.shared_bytes_of_sm},
                    {"shared_bytes_of_block", g.shared_bytes_of_block}});
  for (const auto& [name, measured] : answer.peaks)
    if (measured)
      peaks[name] = {{"copy_bytes_per_s", measured->copy_bytes_per_s},
                     {"fp32_flops_per_s", measured->fp32_flops_per_s},
                     {"tf32_flops_per_s", measured->tf32_flops_per_s},
                     {"bf16_flops_per_s", measured->bf16_flops_per_s},
                     {"stream_launch_us", measured->stream_launch_us},
                     {"graph_launch_us", measured->graph_launch_us},
                     {"date", measured->date}};
  for (const Finding& f : answer.findings) findings.push_back({{"what", f.what}, {"remedy", f.remedy}});
  const CudaFacts& f = answer.cuda;
  return {{"devices", devices},
          {"auto", answer.automatic},
          {"machine", Json(machine_facts())},
          {"gpus", gpus},
          {"gpu_links", links_record(answer.links)},
          {"cuda",
           {{"built", f.built},
            {"architectures", f.architectures},
            {"cupti", f.cupti},
            {"driver", f.driver_release},
            {"driver_cuda", f.driver_cuda ? cuda_version_text(f.driver_cuda) : ""},
            {"cuda", f.cuda ? cuda_version_text(f.cuda) : ""},
            {"cudnn", f.cudnn ? library_version_text(f.cudnn) : ""},
            {"cublaslt", f.cublaslt ? library_version_text(f.cublaslt) : ""}}},
          {"peaks", peaks},
          {"findings", findings}};
}

}  // namespace

int devices_command(const Words& words) {
  bool peaks = false, json = false;
  Arguments arguments("devices [flags]",
                      "Lists the devices, the machine with its measured peaks, and missing parts with their remedy.");
  arguments.flag("--peaks", peaks, "measure the peaks of the devices now; without it, earlier measurements are shown");
  arguments.renamed("--roof", "--peaks");
  arguments.flag("--json", json, "print JSON on standard output, and nothing else there");
  if (!arguments.parse(words)) return 0;
  const Answer answer = ask(peaks);
  if (json)
    print_as_it_is(pretty(record(answer)) + "\n");
  else
    print_answer(answer, terminal_width(stdout));
  return 0;
}

}  // namespace gs::apps
