/* A strategy in C, by the interface that the SDK documents: the first asset alone. */
#include <stdint.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION 2
#endif

typedef union { double real; int64_t integer; uint64_t whole; } value;
typedef struct {
    const char *name, *doc;
    uint32_t kind, limits;
    value initial, low, high;
} parameter;
typedef struct {
    const char *name, *doc;
    uint32_t flags, count;
    const parameter *parameters;
} description;
typedef struct {
    const double *data;
    size_t n_assets, n_observations, stride;
} prices;
typedef struct { size_t first, step, window; } dates;
typedef struct {
    uint32_t version, size;
    const description *(*describe)(void);
    int32_t (*create)(const value *values, size_t count, void **instance);
    int32_t (*set)(void *instance, size_t index, value value);
    void (*destroy)(void *instance);
    int32_t (*min_observations)(const void *instance, size_t *observations);
    int32_t (*predict)(const void *instance, const prices *prices, double *weights, size_t count);
    int32_t (*predict_many)(const void *, const prices *, const dates *, double *, size_t);
    size_t (*last_error)(char *buffer, size_t capacity);
} interface;

static _Thread_local const char *failure = "";
static const parameter parameters[] = {{"limit", "The highest price.", 3, 1, {100.0}, {0.0}, {0.0}}};
static const description about = {"First", "The first asset alone.", 0, 1, parameters};

static const description *describe(void) { return &about; }

static int32_t create(const value *values, size_t count, void **instance) {
    value *made = malloc(sizeof *made);
    *made = values[count - 1];
    *instance = made;
    return 0;
}

static int32_t set(void *instance, size_t index, value changed) {
    (void)index;
    *(value *)instance = changed;
    return 0;
}

static int32_t min_observations(const void *instance, size_t *observations) {
    (void)instance;
    *observations = 2;
    return 0;
}

static int32_t predict(const void *instance, const prices *p, double *weights, size_t count) {
    (void)count;
    for (size_t i = 0; i < p->n_assets; i++) {
        if (p->data[i * p->stride + p->n_observations - 1] > ((const value *)instance)->real) {
            failure = "a price is above the limit";
            return 1;
        }
    }
    weights[0] = 1.0;
    return 0;
}

static size_t last_error(char *buffer, size_t capacity) {
    size_t length = strlen(failure);
    memcpy(buffer, failure, length < capacity ? length : capacity);
    return length;
}

static const interface table = {
    VERSION, sizeof table, describe, create, set, free, min_observations, predict, NULL,
    last_error,
};

const interface *allocation_o2_interface(void) { return &table; }
