// QuartzFlow
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CFlowProcess.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

// Only segments that can't be written: what the dynamic linker has changed and then protected lies in one that can.
static int drop_pages(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    const uintptr_t page = *(const uintptr_t *)context;
    // The kernel's own, which is no file.
    if (object->dlpi_addr == getauxval(AT_SYSINFO_EHDR)) return 0;
    for (size_t index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        const uintptr_t start = (uintptr_t)object->dlpi_addr + segment->p_vaddr;
        const uintptr_t begin = (start + page - 1) & ~(page - 1), end = (start + segment->p_memsz) & ~(page - 1);
        // Refused for memory that is locked: then it stays.
        if (begin < end) (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

void flow_release_memory(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    malloc_trim(0);
    dl_iterate_phdr(drop_pages, &page);
}
