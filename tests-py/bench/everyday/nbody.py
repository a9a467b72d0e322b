"""Moves the planets of two systems, each in a process of its own.

    nbody.py STEPS
"""

import math
import sys
from multiprocessing import Process, Queue


class Vector:
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    @property
    def length(self):
        return math.sqrt(self.dot(self))

    def __repr__(self):
        return f"({self.x:.6f}, {self.y:.6f}, {self.z:.6f})"


class Body:
    def __init__(self, name, mass, position, velocity):
        self.name = name
        self.mass = mass
        self.position = position
        self.velocity = velocity


class System:
    def __init__(self, bodies):
        self.bodies = bodies

    def advance(self, dt):
        for index, body in enumerate(self.bodies):
            for other in self.bodies[index + 1:]:
                between = body.position - other.position
                factor = dt / between.length ** 3
                body.velocity = body.velocity - between * (other.mass * factor)
                other.velocity = other.velocity + between * (body.mass * factor)
        for body in self.bodies:
            body.position = body.position + body.velocity * dt

    @property
    def energy(self):
        energy = sum(0.5 * body.mass * body.velocity.dot(body.velocity) for body in self.bodies)
        for index, body in enumerate(self.bodies):
            for other in self.bodies[index + 1:]:
                energy -= body.mass * other.mass / (body.position - other.position).length
        return energy


def make_system(planets):
    bodies = [Body("star", 40.0, Vector(0.0, 0.0, 0.0), Vector(0.0, 0.0, 0.0))]
    for number in range(1, planets + 1):
        distance = 4.0 * number
        speed = math.sqrt(40.0 / distance)
        bodies.append(Body(f"planet {number}", 0.01 * number, Vector(distance, 0.0, 0.1 * number),
                           Vector(0.0, speed, 0.0)))
    return System(bodies)


def simulate(name, planets, steps, results):
    system = make_system(planets)
    before = system.energy
    for _ in range(steps):
        system.advance(0.001)
    results.put((name, before, system.energy, [(body.name, repr(body.position)) for body in system.bodies]))


def main():
    steps = int(sys.argv[1])
    results = Queue()
    processes = [Process(target=simulate, args=(name, planets, steps, results))
                 for name, planets in (("inner", 4), ("outer", 5))]
    for process in processes:
        process.start()
    found = sorted(results.get() for _ in processes)
    for process in processes:
        process.join()
    for name, before, after, positions in found:
        print(f"{name}: energy {before:.9f} before, {after:.9f} after")
        for body, position in positions:
            print(f"  {body:<10}{position}")


if __name__ == "__main__":
    main()
