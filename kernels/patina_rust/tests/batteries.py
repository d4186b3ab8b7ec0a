"""A notebook that uses the batteries: it reads 100,000 rows, groups them, and draws."""

from __future__ import annotations

ROWS = 100_000
WRITE = f"""
use std::fmt::Write;
let mut text = String::from("station,minutes\\n");
for row in 0..{ROWS}u64 {{
    let station = ["north", "south", "coast"][(row % 3) as usize];
    writeln!(text, "{{station}},{{}}", (row * 7919) % 60).unwrap();
}}
std::fs::write("rides.csv", text)?;
"""
READ = """
use polars::prelude::*;
let rides: DataFrame = CsvReadOptions::default()
    .with_has_header(true)
    .try_into_reader_with_file_path(Some("rides.csv".into()))?
    .finish()?;
rides.height()
"""
LIMIT = "let mut limit = 30;"
CHANGE = "limit = 50;"
GROUP = """
let longer: DataFrame = rides.clone().lazy()
    .filter(col("minutes").gt_eq(lit(limit)))
    .group_by([col("station")])
    .agg([col("minutes").mean(), len().alias("rides")])
    .sort(["station"], Default::default())
    .collect()?;
let means: Vec<f64> = longer.column("minutes")?.f64()?.into_no_null_iter().collect();
(means.iter().map(|mean| mean.round() as i64).collect::<Vec<_>>(), longer.height())
"""
DRAW = """
use plotters::prelude::*;
evcxr_figure((480, 300), |root| {
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root).margin(10).build_cartesian_2d(0..3, 0.0..60.0)?;
    chart.configure_mesh().draw()?;
    chart.draw_series(means.iter().enumerate().map(|(at, mean)| {
        let at = at as i32;
        Rectangle::new([(at, 0.0), (at + 1, *mean)], BLUE.filled())
    }))?;
    Ok(())
})
"""
ARRAY = "ndarray::arr1(&means).mean().unwrap().round()"
