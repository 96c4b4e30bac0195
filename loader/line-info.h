/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACELET_LINE_INFO_H
#define TRACELET_LINE_INFO_H

#include "object.h"

/* The script's line for an instruction of a program, from .BTF.ext. place is left alone where none is known. */
void line_info__place(const struct object *o, u32 program, u32 insn, struct place *place);

#endif
