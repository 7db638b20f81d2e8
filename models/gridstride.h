// gridstride.h - the public headers of the library: describe a network, train it, ask it. It lies in models/, the
// highest folder of the library. Headers that these include are installed too, but are not for direct use.
// docs/library.md has an example.
#pragma once
#include "engine/core/error.h"        // gs::Error and gs::UsageError, thrown by everything below
#include "engine/data/dataset.h"      // images and their classes, your own or loaded
#include "engine/device/device.h"     // open_device(): cpu, cuda, sim
#include "engine/net/net_builder.h"   // a network, layer by layer
#include "engine/net/recipe.h"        // loss, optimizer, learning rate, epochs
#include "engine/program/program.h"   // a network compiled for a device
#include "engine/train/checkpoint.h"  // weights in safetensors files
#include "engine/train/predict.h"     // outputs of a trained network for images
#include "engine/train/trainer.h"     // epochs over training and validation images
#include "models/models.h"            // the networks that come with Gridstride
