/* SPDX-License-Identifier: MIT */
#include "target/guest_program.h"

#include "base/cleanup.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A part of the usage line that only the programs for hostfs have. */
static const char hostfs_option[] = "--hostfs=DIR";

/** A whole file, mapped. */
struct image {
    void *mapping;
    const unsigned char *bytes;
    size_t size;
};

static void unmap(struct image *image)
{
    if (image->mapping != NULL)
        (void)munmap(image->mapping, image->size);
}

static int map_file(struct image *image, const char *path, struct error *error)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return error_set_errno(error, errno, path, "cannot read this probe");
    if (!S_ISREG(status.st_mode) || status.st_size < (off_t)sizeof(Elf32_Ehdr))
        return error_set(error, ERROR_INPUT, path, "is no ELF program");
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return error_set_errno(error, errno, path, "cannot read this probe");
    image->mapping = bytes;
    image->bytes = bytes;
    image->size = (size_t)status.st_size;
    return 0;
}

/* What the two classes of ELF headers have in common, as far as it is asked for. */
struct header {
    bool wide;
    uint16_t type;
    uint16_t machine;
    uint64_t table;
    uint16_t entry_size;
    uint16_t count;
};

static bool read_header(const struct image *image, struct header *out)
{
    if (image->bytes == NULL || memcmp(image->bytes, ELFMAG, SELFMAG) != 0 ||
        image->bytes[EI_DATA] != ELFDATA2LSB)
        return false;
    out->wide = image->bytes[EI_CLASS] == ELFCLASS64;
    if (out->wide) {
        Elf64_Ehdr header;
        if (image->size < sizeof header)
            return false;
        memcpy(&header, image->bytes, sizeof header);
        *out = (struct header){true,           header.e_type,      header.e_machine,
                               header.e_phoff, header.e_phentsize, header.e_phnum};
        return true;
    }
    Elf32_Ehdr header;
    memcpy(&header, image->bytes, sizeof header);
    *out = (struct header){false,          header.e_type,      header.e_machine,
                           header.e_phoff, header.e_phentsize, header.e_phnum};
    return image->bytes[EI_CLASS] == ELFCLASS32;
}

static bool has_interpreter(const struct image *image, const struct header *header)
{
    if (header->count == 0 ||
        header->entry_size < (header->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
        return true; /* without segments there is nothing to run either */
    for (uint16_t i = 0; i < header->count; i++) {
        uint64_t at = header->table + (uint64_t)i * header->entry_size;
        uint32_t type;
        if (at > image->size || image->size - at < sizeof type)
            return true; /* a program table that leads out of the file is nothing to run */
        memcpy(&type, image->bytes + at, sizeof type); /* p_type comes first in both classes */
        if (type == PT_INTERP)
            return true;
    }
    return false;
}

static bool holds_text(const struct image *image, const char *text)
{
    return memmem(image->bytes, image->size, text, strlen(text)) != NULL;
}

int guest_program_check(const char *path, const char *abi, const char *build_id,
                        struct error *error)
{
    CLEANUP(unmap) struct image image = {0};
    struct header header;
    bool wide = strstr(abi, "x86_64") != NULL;
    if (map_file(&image, path, error) != 0)
        return -1;
    if (!read_header(&image, &header))
        return error_set(error, ERROR_INPUT, path, "is no ELF program");
    if (header.wide != wide || header.machine != (wide ? EM_X86_64 : EM_386))
        return error_set(error, ERROR_INPUT, path,
                         "is for another machine (%d-bit, ELF machine %d) than %s",
                         header.wide ? 64 : 32, (int)header.machine, abi);
    if ((header.type != ET_EXEC && header.type != ET_DYN) || has_interpreter(&image, &header))
        return error_set(error, ERROR_INPUT, path,
                         "is not a static program; guests have no dynamic linker");
    if (!holds_text(&image, build_id))
        return error_set(error, ERROR_INPUT, path,
                         "is of another probe build than this tool's (%s); build both from the "
                         "same sources",
                         build_id);
    if (strstr(abi, "-hostfs") != NULL && !holds_text(&image, hostfs_option))
        return error_set(error, ERROR_INPUT, path,
                         "does not mount hostfs, as the programs of %s do; give --probes the "
                         "directory that holds %s",
                         abi, abi);
    return 0;
}
