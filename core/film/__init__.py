"""The film folder as values: text in, frozen values out; every fault with file and line.

readiness edit schema
flow limits               between neighbours; against a model's limits
finding
load                      reads the folder; all faults of all files at once
checks                    what one file says about another
salvage                   pydantic's errors as our faults
prompts choice            what is asked for
continuity                seams, references, anchors; what depends on what
plan                      the film as one value
board script matrix blocks profile prices
strict sources            the kinds of field; files to text and data
signature                 stands alone: no pydantic behind it
"""
