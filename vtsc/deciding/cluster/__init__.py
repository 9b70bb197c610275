"""Work that is done by the workers of an existing Dask cluster.

`client` gives the work to the cluster. `worker` is what each Dask worker runs: for each content it keeps a
`nursery`, a process that has loaded the solver and the content and forks a child for each piece of work, as
the local executor does. `parcel` holds the files of a content, and `carried` writes the work and its results.
"""
