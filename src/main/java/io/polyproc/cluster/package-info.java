/**
 * Node agents: the processes that make several machines one cluster for programs.
 *
 * <pre>
 *   program ──Unix socket──► agent ══mutual TLS══ agent ──Unix socket──► process
 *                              └──── Engine (Coherence): what locks and queues hold ────┘
 * </pre>
 *
 * <p>Only agents load the classes of the engine and of certificates, from {@code lib/cluster} of
 * the distribution. Workers and programs never load anything of this package.
 */
@NullMarked
package io.polyproc.cluster;

import org.jspecify.annotations.NullMarked;
