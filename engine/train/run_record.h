// run_record.h - run.json as its readers see it; apps/run/compose_record.h writes it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/json_field.h"
#include "engine/net/net.h"
#include "kernels/loss/loss.h"

namespace gs {

struct RunRecord {
  struct Layer {
    std::string name;
    Shape input;
    std::map<std::string, std::vector<std::int64_t>> parameters;  ///< name -> shape
  };
  struct Network {
    std::string name;
    int base = 0, depth = 0;  ///< depth 0: the network has one depth, or the run predates --depth
    double dropout = 0;
    std::string features = "pixels";
    Shape input;
    std::vector<Layer> layers;
  };
  struct Training {  ///< "recipe"
    LossKind loss = LossKind::bce;
    std::string optimizer, precision;
    double learning_rate = 0;
    int batch = 0;
    std::vector<float> class_weights;  ///< empty: all 1
  };
  struct Data {
    std::string source, checksum;
    std::string path;   ///< absolute; empty for synthetic data
    std::string table;  ///< of --labels, absolute; empty without
    Shape image;
    std::vector<std::string> classes;  ///< by name
    std::vector<std::string> labels;   ///< by label, as trained
    std::string positive;              ///< empty if there is no positive class
    std::int64_t training_images = 0;
    std::int64_t files_passed_over = 0;  ///< 0 in older records
    int range_bits = 16;                 ///< DataSplits::range_bits; older runs kept the upper 8 of 16 bits
  };
  struct DeviceFacts {
    std::string name, description;
  };
  struct Machine {
    std::string cpu, vector_width, system;
    int cores = 0;
    std::int64_t memory_bytes = 0;
  };
  struct Versions {
    std::string gridstride, commit, compiler;
    std::map<std::string, std::string> libraries;
  };
  struct Epoch {
    int epoch = 0;
    double loss = 0, val_loss = 0, val_accuracy = 0;
  };
  struct Kernel {  ///< of the user's own
    std::string layer, file, checksum;
  };
  struct InitialWeights {                          ///< --init-from
    std::string path;                              ///< absolute
    std::string checksum;                          ///< checksum_of_weights() of all initial parameters
    std::vector<std::string> taken, left, unused;  ///< layers, layers, tensors
  };
  struct Results {
    int epochs = 0;
    double seconds = 0;
    std::optional<Epoch> best, last;  ///< nullopt before the first epoch is complete
    std::string state, assessment;    ///< empty before the first epoch; assessment: "verdict" in the file
  };

  /// The value of a flag before a resumption and from then on; nullopt: the flag was not given.
  struct FlagChange {
    std::optional<std::string> before, after;
  };
  struct Resumption {
    std::string started;     ///< as in RunRecord
    int epochs = 0;          ///< that were complete
    std::int64_t steps = 0;  ///< of the next epoch
    int ranks = 1;           ///< that had trained it until then
    std::map<std::string, FlagChange> changed;
  };

  std::string status;                        ///< running, finished, interrupted, failed
  std::string message;                       ///< why it failed
  std::string started;                       ///< "2026-01-31T12:00:00Z"
  std::map<std::string, std::string> flags;  ///< flags of `train` without dashes -> value
  Network network;
  Training training;
  Data data;
  DeviceFacts device;
  Machine machine;
  Versions versions;
  std::map<std::string, std::string> implementations;  ///< call -> implementation
  int ranks = 1;                                       ///< processes that train it together since the last start
  std::vector<Kernel> kernels;                         ///< --kernel
  std::optional<InitialWeights> initial_weights;       ///< --init-from
  std::optional<Results> results;                      ///< once the run has ended
  std::vector<Resumption> resumed;                     ///< each time that it went on

  /// The most ranks that trained a part of it.
  int most_ranks() const;
  bool finished() const { return status == "finished"; }
};

/// Throws gs::Error that names the file and the missing or invalid field.
RunRecord parse_run_record(const JsonField&);

}  // namespace gs
