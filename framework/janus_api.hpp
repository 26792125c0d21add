// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// The only file that includes Janus's headers. They are C without `extern "C"`, and they include GLib, whose
/// headers hold C++ templates and so must be included before, outside of the linkage block. They also define
/// macros such as LOG_INFO: include this file from .cpp files only.
#include <glib.h>
#include <glib/gprintf.h>
#include <jansson.h>
#include <time.h>

extern "C" {
#include <janus/apierror.h>
#include <janus/debug.h>
#include <janus/plugins/plugin.h>
#include <janus/refcount.h>
}
