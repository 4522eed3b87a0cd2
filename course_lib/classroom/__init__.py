"""For who teaches with the course: assignments handed out, collected and graded, and what a student has done so far.

A hand-in is strangers' code. It runs in a process of its own (`worker`), shut in as far as the system allows
(`confinement`), and does nothing there but answer: it is sent arguments and sends back values (`values`). What is right
is decided in another process (`grading`), which never executes, unpickles or believes anything of a hand-in.
"""
