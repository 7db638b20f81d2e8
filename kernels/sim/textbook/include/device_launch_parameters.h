// device_launch_parameters.h - everything of it is there already (kernels/sim/textbook/textbook.h).
