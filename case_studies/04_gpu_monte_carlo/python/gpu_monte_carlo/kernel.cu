// The fused kernel: no path is ever stored.
//
// A thread computes the normals of its path from their index, moves the price, keeps the running
// sum in registers, and adds its payoff to its group's sums; groups of 256 samples are added to
// blocks of 16,384 in a fixed order, so the result does not depend on the launch. Macros choose
// what is compiled: SINGLE, ANTITHETIC, CONTROL, GREEKS, DATES (steps of different lengths), LATER
// (the last one leads to the exercise, and its price is in no average).
//
// Exponentials are of base 2, with the drift and volatility scaled once, because the device has an
// instruction for them in single precision. The counters are those of philox.py, so the uniforms
// are equal bit for bit to those of NumPy and Rust. Apart from names that a CUDA compiler knows
// this is plain C++; the tests compile it for the host.

typedef unsigned int u32;
typedef unsigned long long u64;

#define GROUP 256
#define GROUPS_PER_BLOCK 64
#define PER_CALL 4
#define COLUMNS 15
#define VALUES (2 + 5 * GREEKS)
#define MOMENTS (6 + 10 * GREEKS)
#define SIGNS (1 + ANTITHETIC)

#if SINGLE
typedef float real;
#define EXP2(x) exp2f(x)
#define FMA(a, b, c) fmaf(a, b, c)
#else
typedef double real;
#define EXP2(x) exp2(x)
#define FMA(a, b, c) fma(a, b, c)
#endif

__device__ void philox(u32 c0, u32 c1, u32 c2, u32 c3, u32 k0, u32 k1, u32* out)
{
#pragma unroll
    for (int round = 0; round < 7; ++round) {
        const u32 h0 = __umulhi(0xD2511F53u, c0), l0 = 0xD2511F53u * c0;
        const u32 h1 = __umulhi(0xCD9E8D57u, c2), l1 = 0xCD9E8D57u * c2;
        c0 = h1 ^ c1 ^ k0;
        c1 = l1;
        c2 = h0 ^ c3 ^ k1;
        c3 = l0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0; out[1] = c1; out[2] = c2; out[3] = c3;
}

#if SINGLE
__device__ float uniform(u32 x) { return ((float)x + 0.5f) * 2.3283064365386963e-10f; }

__device__ void box_muller(float u1, float u2, float* z)
{
    const float r = sqrtf(-2.0f * logf(u1));
    float s, c;
    sincospif(u2 + u2, &s, &c);
    z[0] = r * c;
    z[1] = r * s;
}
#else
__device__ double uniform(u32 x) { return ((double)x + 0.5) * 2.3283064365386963e-10; }

__device__ void box_muller(double u1, double u2, double* z)
{
    const double r = sqrt(-2.0 * log(u1));
    double s, c;
    sincospi(u2 + u2, &s, &c);
    z[0] = r * c;
    z[1] = r * s;
}
#endif

__device__ void uniforms_of(u32 group, u64 path, u32 k0, u32 k1, real* u)
{
    u32 w[4];
    philox((u32)path, group, (u32)(path >> 32), 0u, k0, k1, w);
    for (int j = 0; j < 4; ++j) u[j] = uniform(w[j]);
}

__device__ void normals_of(u32 group, u64 path, u32 k0, u32 k1, real* z)
{
    real u[PER_CALL];
    uniforms_of(group, path, k0, k1, u);
    box_muller(u[0], u[1], z);
    box_muller(u[2], u[3], z + 2);
}

// One sample: discounted payoff, that of the geometric twin, delta, vega, gamma, theta, rho. The
// derivatives are those of moments.py. "dates" are, for each step, its length, the root of that and
// its end, in the unit of time; without DATES all steps are of the unit's length.
__device__ void sample(const double* o, u64 path, u32 k0, u32 k1, int observations,
                       const double* dates, double* out)
{
    const double log2e = 1.4426950408889634;
    const double spot = o[0], strike = o[1], discount = o[4], phi = o[5], sigma = o[7];
    const double past = o[8], weight = o[9], level = o[10], power = o[11];
    const int flags = (int)o[6];
    const bool arithmetic = flags & 1, floating = flags & 2;
    const int with_spot = (flags >> 2) & 1;
    const int fixings = observations - LATER;
    const double terms = fixings + with_spot > 0 ? (double)(fixings + with_spot) : 1.0;
    const real a = (real)(o[2] * log2e), b = (real)(o[3] * log2e);
    const double root = sigma > 0.0 ? o[3] / sigma : 0.0;
    const real years = (real)(sigma * root * root), brownian = (real)root;

    real x[SIGNS], total[SIGNS], logs[SIGNS], walk = 0, tilt[SIGNS], timed[SIGNS], first = 0;
    for (int s = 0; s < SIGNS; ++s) x[s] = total[s] = logs[s] = tilt[s] = timed[s] = 0;

    for (int at = 0; at < observations; at += PER_CALL) {
        real z[PER_CALL];
        normals_of((u32)(at / PER_CALL), path, k0, k1, z);
        if (at == 0) first = z[0];
#pragma unroll
        for (int j = 0; j < PER_CALL; ++j) {
            const int k = at + j;
            if (k < observations) {
#if DATES
                const real length = (real)dates[3 * k], end = (real)dates[3 * k + 2];
                const real move = (real)dates[3 * k + 1] * z[j];
#else
                const real length = 1, end = (real)(k + 1), move = z[j];
#endif
                const bool seen = !LATER || k < fixings;
#if GREEKS
                walk += move;
#endif
#pragma unroll
                for (int s = 0; s < SIGNS; ++s) {
                    const real signed_move = s ? -move : move;
                    x[s] += FMA(b, signed_move, a * length);
                    if (seen) {
                        logs[s] += x[s];
                        const real price = EXP2(x[s]);
                        total[s] += price;
#if GREEKS
                        const real lean = FMA(s ? -walk : walk, brownian, -end * years);
                        tilt[s] = FMA(price, lean, tilt[s]);
                        timed[s] = FMA(price, end, timed[s]);
#endif
                    }
                }
            }
        }
    }

    for (int k = 0; k < VALUES; ++k) out[k] = 0.0;
    for (int s = 0; s < SIGNS; ++s) {
        const double last = spot * exp2((double)x[s]);
        const double geometric = level * spot * exp2(power * (double)logs[s] / terms);
        const double moving = weight * spot * (double)total[s] / terms;
        const double average =
            arithmetic ? past + weight * spot * ((double)total[s] + with_spot) / terms : geometric;
        const double open = floating ? last - average : average - strike;
        const double value = phi * open > 0.0 ? discount * phi * open : 0.0;
        out[0] += value;
#if CONTROL
        const double twin = phi * (floating ? last - geometric : geometric - strike);
        out[1] += twin > 0.0 ? discount * twin : 0.0;
#endif
#if GREEKS
        const double sign = s ? -1.0 : 1.0, unit = o[13];
        const double held = value > 0.0 ? discount * phi : 0.0;
#if DATES
        const double length = dates[0], end = dates[3 * observations - 1];
        double ends = 0.0;
        for (int k = 0; k < fixings; ++k) ends += dates[3 * k + 2];
#else
        const double length = 1.0, end = observations, ends = 0.5 * fixings * (fixings + 1.0);
#endif
        const double square = sigma * root * root, b_first = o[3] * sqrt(length);
        double by_s, by_x, by_ss, by_sx, by_xx, by_sigma, by_rate;
        if (arithmetic) {
            by_s = (average - past) / spot;
            by_x = by_xx = moving;
            by_ss = 0.0;
            by_sx = moving / spot;
            by_sigma = weight * spot * (double)tilt[s] / terms;
            by_rate = weight * spot * unit * (double)timed[s] / terms;
        } else {
            // logs are in base 2: the walk summed over the observations follows from them.
            const double summed = o[3] != 0.0 ? ((double)logs[s] / log2e - o[2] * ends) / o[3] : 0.0;
            const double moved = power * fixings / terms;
            by_s = power * average / spot;
            by_x = moved * average;
            by_ss = (power - 1.0) * by_s / spot;
            by_sx = moved * by_s;
            by_xx = moved * by_x;
            by_sigma = power * average * (summed * root - ends * square) / terms;
            by_rate = power * average * unit * ends / terms;
        }
        if (floating) {
            by_s = last / spot - by_s;
            by_x = last - by_x;
            by_ss = -by_ss;
            by_sx = last / spot - by_sx;
            by_xx = last - by_xx;
            by_sigma = last * (sign * (double)walk * root - end * square) - by_sigma;
            by_rate = last * unit * end - by_rate;
        }
        const double z = sign * (double)first;
        const bool proportional = floating && past == 0.0 && level == 1.0 && power == 1.0;
        const double region = floating ? (open > 0.0 ? discount : 0.0) : held;
        out[2] += held * by_s;
        out[3] += held * by_sigma;
        if (o[3] > 0.0 && !proportional) {
            const double ratio = region != 0.0 ? by_s / by_x : 0.0;
            out[4] += region * ratio * (by_s * z / b_first - 2.0 * by_sx + ratio * by_xx)
                + held * by_ss;
        }
        const double speed = (o[2] + 0.5 * o[3] * z / sqrt(length)) / unit;
        out[5] += o[12] * value - held * by_x * speed;
        out[6] += held * by_rate - o[14] * value;
#endif
    }
    for (int k = 0; k < VALUES; ++k) out[k] /= SIGNS;
}

// grid (groups, options): partial[group][option][moment], sums of 256 samples.
extern "C" __global__ void asian(const double* options, u32 k0, u32 k1, u64 first_path,
                                 int observations, const double* dates, double* partial)
{
    __shared__ double shared[GROUP];
    const double* o = options + COLUMNS * blockIdx.y;
    double sums[MOMENTS];
    for (int k = 0; k < MOMENTS; ++k) sums[k] = 0.0;
    for (int i = threadIdx.x; i < GROUP; i += blockDim.x) {
        double v[VALUES];
        sample(o, first_path + (u64)blockIdx.x * GROUP + i, k0, k1, observations, dates, v);
        sums[0] += 1.0;
        sums[1] += v[0];
        sums[2] += v[0] * v[0];
        sums[3] += v[1];
        sums[4] += v[1] * v[1];
        sums[5] += v[0] * v[1];
#if GREEKS
        for (int k = 0; k < VALUES - 2; ++k) {
            sums[6 + 2 * k] += v[2 + k];
            sums[7 + 2 * k] += v[2 + k] * v[2 + k];
        }
#endif
    }
    double* mine = partial + ((u64)blockIdx.x * gridDim.y + blockIdx.y) * MOMENTS;
    for (int k = 0; k < MOMENTS; ++k) {
        shared[threadIdx.x] = sums[k];
        __syncthreads();
        for (int half = blockDim.x / 2; half > 0; half /= 2) {
            if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
            __syncthreads();
        }
        if (threadIdx.x == 0) mine[k] = shared[0];
        __syncthreads();
    }
}

// Groups into blocks, in order: sums[block][option][moment].
extern "C" __global__ void fold(const double* partial, u64 columns, u64 count, double* sums)
{
    const u64 at = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const u64 block = at / columns, column = at % columns;
    const double* from = partial + block * GROUPS_PER_BLOCK * columns + column;
    double sum = 0.0;
    for (int g = 0; g < GROUPS_PER_BLOCK; ++g) sum += from[(u64)g * columns];
    sums[at] = sum;
}

// For the tests: the numbers themselves, [paths, steps].
extern "C" __global__ void numbers(u32 k0, u32 k1, u64 first_path, u64 paths, int steps,
                                   int uniform_ones, real* out)
{
    const u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= paths) return;
    for (int at = 0; at < steps; at += PER_CALL) {
        real v[PER_CALL];
        if (uniform_ones) uniforms_of((u32)(at / PER_CALL), first_path + i, k0, k1, v);
        else normals_of((u32)(at / PER_CALL), first_path + i, k0, k1, v);
        for (int j = 0; j < PER_CALL && at + j < steps; ++j) out[i * steps + at + j] = v[j];
    }
}
